/** Sending readings in quarantine again, once their cause is gone, and what became of them. */
import { useSignal } from "@preact/signals";
import { addressOf } from "./address.ts";
import { count, plural } from "./format.ts";
import { ask, Fault } from "./gateway.ts";
import { REPLAY, type ReplayAnswer, type ReplayInput } from "./queries_intake.ts";
import { serviceNowMs } from "./standing.ts";

/** Only a correction gets past these: another value is stored. */
const CONFLICTS = ["CONFLICT_IN_BATCH", "CONFLICT_WITH_STORED"];

export function isConflict(reason: string | undefined): boolean {
  return reason !== undefined && CONFLICTS.includes(reason);
}

type SentBatch = NonNullable<ReplayAnswer["replayQuarantine"]["batches"]>[number];

interface Said {
  readonly replayed: number;
  readonly conflicts: number;
  readonly batches: readonly SentBatch[];
  readonly refusal: string | undefined;
}

const NOTHING: Said = { replayed: 0, conflicts: 0, batches: [], refusal: undefined };

/** Calls of one click, so that it ends whatever the service answers. */
const CALLS_MAX = 1_000;
const LINKS_MAX = 10;

export interface ReplayProps {
  readonly input: Omit<ReplayInput, "receivedBefore" | "correction">;
  /** Of which readings, for who does not see the row. */
  readonly about: string;
  readonly correction: boolean;
  readonly onDone: () => void;
}

export function Replay({ input, about, correction, onDone }: ReplayProps) {
  const said = useSignal<Said | undefined>(undefined);
  const working = useSignal(false);
  const asking = useSignal(false);
  const replay = async () => {
    [asking.value, working.value, said.value] = [false, true, NOTHING];
    said.value = await replayAll({ ...input, correction }, (soFar) => said.value = soFar);
    working.value = false;
    if (said.value.replayed > 0) onDone();
  };
  const name = correction ? "Replace what is stored" : "Send again";
  return (
    <span class="replay">
      {asking.value
        ? (
          <>
            <span>They replace the stored values, which are kept as revisions.</span>{" "}
            <button type="button" onClick={() => void replay()}>Replace them</button>{" "}
            <button type="button" onClick={() => asking.value = false}>Leave them</button>
          </>
        )
        : (
          <button
            type="button"
            disabled={working.value}
            aria-label={`${name}: ${about}`}
            onClick={() => correction ? asking.value = true : void replay()}
          >
            {name}
          </button>
        )} <span role="status">{said.value !== undefined && <Words said={said.value} working={working.value} />}</span>
      {said.value?.refusal !== undefined && <span class="fault" role="alert">{said.value.refusal}</span>}
    </span>
  );
}

/** As many calls as it takes; what is refused again meanwhile is not sent once more. */
async function replayAll(input: ReplayInput, onStep: (said: Said) => void): Promise<Said> {
  const receivedBefore = new Date(serviceNowMs()).toISOString();
  let said = NOTHING;
  for (let call = 0; call < CALLS_MAX; call++) {
    try {
      const variables = { input: call === 0 ? input : { ...input, receivedBefore } };
      const { replayQuarantine: answer } = await ask(REPLAY, variables);
      const { message, replayed = 0, remaining = 0, conflicts = 0, batches = [] } = answer;
      if (message !== undefined) return { ...said, refusal: message };
      said = {
        replayed: said.replayed + replayed,
        conflicts,
        batches: [...said.batches, ...batches],
        refusal: undefined,
      };
      onStep(said);
      if (remaining === 0 || replayed === 0) return said;
    } catch (error) {
      return { ...said, refusal: error instanceof Fault ? error.message : String(error) };
    }
  }
  return said;
}

function Words({ said: { replayed, conflicts, batches }, working }: { said: Said; working: boolean }) {
  if (replayed === 0) {
    if (working) return <>sending …</>;
    const left = conflicts > 0 ? `; ${plural(conflicts, "conflict")} only a correction replays` : "";
    return <>Nothing was sent again{left}.</>;
  }
  const sum = (of: (batch: SentBatch) => number) => batches.reduce((total, batch) => total + of(batch), 0);
  const parts: [number, string][] = [
    [sum(({ stored }) => stored), "stored"],
    [sum(({ corrected }) => corrected), "replaced what was stored"],
    [sum(({ duplicates }) => duplicates), "known already"],
    [sum(({ quarantined }) => quarantined), "refused again"],
  ];
  const late = sum((batch) => batch.late);
  const under = batches.filter(({ state }) => state !== "PROCESSED" && state !== "FAILED").length;
  const told = parts.filter(([value]) => value > 0).map(([value, what]) => `${count(value)} ${what}`);
  return (
    <>
      {plural(replayed, "reading")} sent again with batch{" "}
      {batches.slice(0, LINKS_MAX).map(({ number }, i) => (
        <span key={number}>
          {i > 0 && ", "}
          <a href={addressOf(["batches", number])}>{number}</a>
        </span>
      ))}
      {batches.length > LINKS_MAX && ` and ${batches.length - LINKS_MAX} more`}
      {told.length > 0 && `: ${told.join(", ")}`}
      {late > 0 && ` (${count(late)} of them late: not judged)`}
      {under > 0 && `; ${under === 1 ? "one batch is" : `${under} batches are`} under way`}
      {conflicts > 0 && `; ${plural(conflicts, "conflict")} left`}
      {working ? " …" : "."}
    </>
  );
}
