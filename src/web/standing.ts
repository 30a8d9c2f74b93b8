/** What stands anywhere, for the frame: read once, then again whenever an alert changes; and who else wants to know. */
import { signal } from "@preact/signals";
import { ask, signedOut } from "./gateway.ts";
import { follow } from "./live.ts";
import type { AlertEvent } from "./queries_alerting.ts";
import { plantZone } from "./preferences.ts";
import { FRAME, type FrameAnswer } from "./queries_plant.ts";

export const standing = signal<FrameAnswer["plant"]["standing"] | undefined>(undefined);
/** Who has signed in; null: nobody has to, or nothing is known yet. */
export const session = signal<FrameAnswer["session"]>(null);
/** What the service's clock is ahead of the browser's, in ms. */
export const clockAheadMs = signal(0);
/** Counts changes of alerts; screens that show sums read again when it moves. */
export const alertChanges = signal(0);
/** A sentence for who cannot see the list move. */
export const announced = signal<{ text: string; urgent: boolean }>({ text: "", urgent: false });

/** Changes that come together are counted together. */
const GATHER_MS = 300;
const ANNOUNCE_EVERY_MS = 10_000;

let gathering: ReturnType<typeof setTimeout> | undefined;
let stop: (() => void) | undefined;
let opened = 0;
let announcedAtMs = 0;

export function serviceNowMs(): number {
  return Date.now() + clockAheadMs.value;
}

/** Reads, and follows from the same moment on. Called again, it begins anew. */
export async function startStanding(): Promise<void> {
  stop?.();
  const cursor = await read();
  if (signedOut.value) return;
  if (cursor === undefined) {
    gathering = setTimeout(startStanding, 2_000);
    return;
  }
  stop = follow(cursor, { onEvent: noticed, onGap: startStanding });
}

async function read(): Promise<string | undefined> {
  try {
    const { plant, eventCursor, tenant, ...answer } = await ask(FRAME, {});
    plantZone.value = tenant.timeZone ?? undefined;
    session.value = answer.session;
    standing.value = plant.standing;
    clockAheadMs.value = Date.parse(plant.now) - Date.now();
    return eventCursor;
  } catch {
    // The link says that the service is away; what was read last stays in view.
    return undefined;
  }
}

function noticed({ change, alert }: AlertEvent): void {
  if (change === "OPENED") announce(alert.severity === "CRITICAL" ? alert : undefined);
  clearTimeout(gathering);
  gathering = setTimeout(() => {
    alertChanges.value++;
    read();
  }, GATHER_MS);
}

function announce(critical: AlertEvent["alert"] | undefined): void {
  opened++;
  const nowMs = Date.now();
  if (critical !== undefined) {
    announced.value = { text: `Critical: ${critical.asset?.name ?? ""} ${critical.sensor?.name ?? ""}`, urgent: true };
  } else if (nowMs - announcedAtMs > ANNOUNCE_EVERY_MS) {
    announced.value = { text: `${opened} new alerts`, urgent: false };
    announcedAtMs = nowMs;
    opened = 0;
  }
}
