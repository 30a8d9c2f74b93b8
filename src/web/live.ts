/**
 * What happens while one looks: subscriptions over one WebSocket, each with its place in the log of events. When the
 * link breaks, each goes on behind the last event that it saw, so that nothing is lost and nothing comes twice.
 */
import { signal } from "@preact/signals";
import { type Client, createClient } from "graphql-ws/client";
import { signedOut } from "./gateway.ts";
import { ALERT_EVENTS, type AlertEvent } from "./queries_alerting.ts";

export interface Link {
  readonly state: "live" | "connecting" | "lost";
  /** By the browser's clock: what is shown is as of then. */
  readonly sinceMs: number;
}

export const link = signal<Link>({ state: "connecting", sinceMs: Date.now() });

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
/** How the gateway closes the link of a session that has ended, in whichever tab. */
const UNAUTHORIZED = 4401;
const RETRY_MS = [300, 1_000, 2_000, 5_000, 10_000];

let client: Client | undefined;

function connected(): Client {
  return client ??= startClient();
}

function startClient(): Client {
  let socket: WebSocket | undefined;
  let late: ReturnType<typeof setTimeout> | undefined;
  return createClient({
    url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/graphql`,
    // Coming back is our business: the library would begin at the first cursor again.
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
    keepAlive: PING_EVERY_MS,
    on: {
      opened: (opened) => socket = opened as WebSocket,
      connected: () => change("live"),
      ping: (received) => {
        if (!received) late = setTimeout(() => socket?.close(4408, "no pong"), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(late);
      },
      closed: (event) => {
        clearTimeout(late);
        if ((event as CloseEvent).code === UNAUTHORIZED) signedOut.value = true;
        if (followers > 0) change("lost");
      },
    },
  });
}

function change(state: Link["state"]): void {
  if (link.value.state !== state) link.value = { state, sinceMs: Date.now() };
}

let followers = 0;

export interface Follower {
  onEvent(event: AlertEvent): void;
  /** The cursor is good no more: what is shown has to be read again. */
  onGap(): void;
}

/** Follows changes of alerts behind `after`, until the answer is called. */
export function follow(after: string, follower: Follower): () => void {
  const ending = new AbortController();
  followers++;
  run(after, follower, ending.signal);
  return () => {
    if (!ending.signal.aborted) followers--;
    ending.abort();
  };
}

async function run(after: string, follower: Follower, ended: AbortSignal): Promise<void> {
  let cursor = after;
  for (let attempt = 0; !ended.aborted;) {
    try {
      const events = connected().iterate<{ alerts: AlertEvent }>({ query: ALERT_EVENTS, variables: { after: cursor } });
      ended.addEventListener("abort", () => events.return?.(), { once: true });
      for await (const { data, errors } of events) {
        if (ended.aborted) return;
        if (errors !== undefined || data === null || data === undefined) return await gap(follower, ended);
        attempt = 0;
        cursor = data.alerts.cursor;
        follower.onEvent(data.alerts);
      }
    } catch (error) {
      // A list of errors is the gateway's refusal of the cursor; everything else is a broken link.
      if (Array.isArray(error)) return await gap(follower, ended);
    }
    // Who has to sign in first comes back by loading the page.
    if (ended.aborted || signedOut.value) return;
    change("lost");
    await pause(RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)], ended);
  }
}

/** Not at once: who is refused for another reason would ask for ever. */
async function gap(follower: Follower, ended: AbortSignal): Promise<void> {
  await pause(RETRY_MS[1], ended);
  if (!ended.aborted) follower.onGap();
}

function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
    // Who comes back to the tab, or to the network, does not want to wait.
    addEventListener("online", () => resolve(), { once: true });
  });
}
