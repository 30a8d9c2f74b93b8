/**
 * What a tenant keeps and for how long: the defaults, what may be set instead, and what is due. Nothing here knows the
 * time by itself.
 */
import { formatTimestamp } from "../timestamp.ts";

export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;
const CENTURY_MS = 36_525 * DAY_MS;

export interface RetentionDefault {
  /** What it is, for the API and the docs. */
  readonly what: string;
  /** Undefined: for ever. */
  readonly keepMs: number | undefined;
  readonly leastMs: number;
  /** Why the default is what it is. */
  readonly why: string;
}

/**
 * The defaults, in the order in which they are applied. They take away what can be made again or has served its
 * purpose, and nothing that only exists once: a machine's history grows in worth with the years, and a failed batch
 * exists in its payload alone.
 */
export const RETENTION_DEFAULTS = {
  payload: {
    what: "What was sent as a processed batch. It is read once, and again only to repeat a stage.",
    keepMs: WEEK_MS,
    leastMs: DAY_MS,
    why: "its readings are stored or in quarantine, and a week is long enough to look at what a source really sent",
  },
  failed_payload: {
    what: "What was sent as a batch that has failed. Without it the batch cannot be retried.",
    keepMs: undefined,
    leastMs: DAY_MS,
    why: "it is the only copy of readings that were accepted and are stored nowhere else",
  },
  ledger: {
    what: "What each stage of a batch that has ended said. The counts stay with the batch.",
    keepMs: 30 * DAY_MS,
    leastMs: DAY_MS,
    why: "a stage is repeated within days, if at all",
  },
  event: {
    what: "The log that subscriptions follow. A client that was away for longer has to begin anew.",
    keepMs: 90 * DAY_MS,
    leastMs: DAY_MS,
    why: "whoever follows comes back within a quarter; alerts and batches themselves are kept",
  },
  quarantine: {
    what: "Readings that were not accepted, as they were sent. How many there were stays with the batch.",
    keepMs: 90 * DAY_MS,
    leastMs: DAY_MS,
    why: "a faulty gateway or rule is found within a quarter",
  },
  notification: {
    what: "What people and programs were told of alerts that are over, with each attempt.",
    keepMs: 90 * DAY_MS,
    leastMs: DAY_MS,
    why: "whether somebody was told is asked within a quarter; alerts themselves are kept",
  },
  candidate: {
    what: "Episodes below the line of the alarm budget that are over. What they counted for stays with their days.",
    keepMs: 90 * DAY_MS,
    leastMs: DAY_MS,
    why: "they are looked at in the days after, and what was rare enough is an alert",
  },
  reprocessing: {
    what: "Reprocess runs that have ended, with the alerts that they found.",
    keepMs: 90 * DAY_MS,
    leastMs: DAY_MS,
    why: "a run can be made again from the readings",
  },
  reading: {
    what:
      "Readings, by their own time. Older ones live on as minutes and hours: count, least, greatest, mean, spread. " +
      "Nothing is accepted any more for times whose readings have gone.",
    keepMs: undefined,
    leastMs: WEEK_MS,
    why: "they cannot be measured again",
  },
  minute: {
    what: "Minutes that stand for readings that have gone, by their own time; hours are kept for ever.",
    keepMs: 400 * DAY_MS,
    leastMs: WEEK_MS,
    why: "this year can be compared with last year minute by minute",
  },
} as const satisfies Readonly<Record<string, RetentionDefault>>;

export type RetentionNoun = keyof typeof RETENTION_DEFAULTS;
export const RETENTION_NOUNS = Object.keys(RETENTION_DEFAULTS) as readonly RetentionNoun[];

/** What somebody has set for a noun. */
export interface RetentionSetting {
  readonly noun: RetentionNoun;
  /** Undefined: for ever. */
  readonly keepMs: number | undefined;
  readonly changedBy: string;
  readonly changedAt: number;
}

/** What holds for a noun: what was set, or the default. */
export interface RetentionPolicy {
  readonly noun: RetentionNoun;
  readonly keepMs: number | undefined;
  readonly setting: RetentionSetting | undefined;
}

/** One policy per noun. */
export function policiesOf(settings: readonly RetentionSetting[]): RetentionPolicy[] {
  return RETENTION_NOUNS.map((noun) => {
    const setting = settings.find((one) => one.noun === noun);
    return { noun, keepMs: setting === undefined ? RETENTION_DEFAULTS[noun].keepMs : setting.keepMs, setting };
  });
}

/**
 * Why a noun cannot be kept for so long, or undefined when it can. Undefined as `keepMs` is for ever, and always
 * possible.
 */
export function keepFault(noun: RetentionNoun, keepMs: number | undefined): string | undefined {
  const { leastMs } = RETENTION_DEFAULTS[noun];
  if (keepMs === undefined) return undefined;
  if (!(keepMs >= leastMs)) return `is shorter than ${daysText(leastMs)}, the least for ${noun}`;
  if (keepMs > CENTURY_MS) return "is longer than a hundred years: keep it for ever";
  return undefined;
}

export interface Due {
  readonly noun: RetentionNoun;
  /**
   * What lies before this time may go: the end of a batch or run, the time of an event, or data time of readings and
   * minutes.
   */
  readonly beforeMs: number;
  readonly why: string;
}

/** What may go at `nowMs`, in the order in which it has to: only nouns that are not kept for ever. */
export function dueOf(policies: readonly RetentionPolicy[], nowMs: number): Due[] {
  const kept = new Map(policies.map((policy) => [policy.noun, policy]));
  const readingMs = kept.get("reading")?.keepMs ?? 0;
  return policies.flatMap((policy): Due[] => {
    const { noun, keepMs } = policy;
    if (keepMs === undefined) return [];
    if (noun === "reading") return [{ noun, beforeMs: weekOf(nowMs - keepMs), why: whyOf(policy) }];
    // Minutes stand for readings that have gone, so they cannot go before them.
    if (noun === "minute") {
      return [{ noun, beforeMs: weekOf(nowMs - Math.max(keepMs, readingMs)), why: whyOf(policy) }];
    }
    return [{ noun, beforeMs: nowMs - keepMs, why: whyOf(policy) }];
  });
}

/**
 * Readings go in whole weeks, as the store keeps them: the beginning of the one that `ms` lies in. Weeks begin on
 * Thursdays, as 1970 did.
 */
export function weekOf(ms: number): number {
  return Math.floor(ms / WEEK_MS) * WEEK_MS;
}

/** A sentence about a policy, for people. */
export function whyOf({ noun, keepMs, setting }: RetentionPolicy): string {
  const kept = keepMs === undefined ? "kept for ever" : `kept for ${daysText(keepMs)}`;
  return setting === undefined
    ? `${kept} by default: ${RETENTION_DEFAULTS[noun].why}`
    : `${kept} since ${setting.changedBy} set it on ${formatTimestamp(setting.changedAt)}`;
}

function daysText(ms: number): string {
  const days = ms / DAY_MS;
  return days === 1 ? "1 day" : `${Number(days.toFixed(2))} days`;
}

/** How far a tenant's readings have been thinned out, in data time; -Infinity: not at all. */
export interface ReadingHorizon {
  /** Nothing is accepted any more for times before this one. */
  readonly closedBefore: number;
  /** Before it minutes and hours stand for the readings. */
  readonly rolledUpBefore: number;
  /** Before it hours alone. */
  readonly hoursOnlyBefore: number;
}
