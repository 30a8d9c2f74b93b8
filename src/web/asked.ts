/** Something asked of the gateway for a screen: what it answered last, whether it is under way, and what went wrong. */
import { signal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ask, type Document, Fault } from "./gateway.ts";
import { link } from "./live.ts";

const RETRY_MS = 2_000;

export interface Asked<Answer> {
  /** Kept while a newer one is under way. */
  readonly answer: Answer | undefined;
  readonly fault: Fault | undefined;
  /** Since when it is under way. */
  readonly waiting: boolean;
  again(): void;
}

/**
 * Asks when the screen is shown and when `variables` change; what was asked before is given up. Without variables it
 * asks nothing. When a lost link comes back, it asks again.
 */
export function useAsked<Answer, Variables extends object>(
  document: Document<Answer, Variables>,
  variables: Variables | undefined,
): Asked<Answer> {
  const state = useMemo(
    () => signal<Omit<Asked<Answer>, "again">>({ answer: undefined, fault: undefined, waiting: true }),
    [document],
  );
  const turn = useMemo(() => signal(0), [document]);
  const key = JSON.stringify(variables);
  const count = turn.value;
  useEffect(() => {
    if (variables === undefined) return;
    const given = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    state.value = { ...state.peek(), waiting: true };
    ask(document, variables, given.signal).then(
      (answer) => state.value = { answer, fault: undefined, waiting: false },
      (error) => {
        if (given.signal.aborted) return;
        const fault = error instanceof Fault ? error : new Fault(String(error), "refused");
        state.value = { ...state.peek(), fault, waiting: false };
        // A service that is on its way back is asked again; what was there stays in view meanwhile.
        if (fault.kind === "away") retry = setTimeout(() => turn.value++, RETRY_MS);
      },
    );
    return () => {
      given.abort();
      clearTimeout(retry);
    };
  }, [document, key, count]);
  const wasLost = useMemo(() => ({ lost: false }), []);
  useSignalEffect(() => {
    const { state } = link.value;
    if (state === "lost") wasLost.lost = true;
    if (state !== "live" || !wasLost.lost) return;
    wasLost.lost = false;
    turn.value = turn.peek() + 1;
  });
  return { ...state.value, again: () => turn.value++ };
}
