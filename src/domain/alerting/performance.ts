/**
 * How an alarm system does, by the measures of ISA-18.2 and EEMUA 191: what a person can take in, and what comes. All
 * by data time, so that a range says the same whenever it is asked about.
 */
import { SEVERITIES, type Severity } from "../detection/severity.ts";
import { floodStep } from "./flood.ts";

export const SLOT_MS = 10 * 60_000;
export const RANGE_MAX_MS = 366 * 86_400_000;
/** EEMUA 191: one alarm in ten minutes is what a person can deal with. */
const MANAGEABLE = 1;
/** An alert that stands for longer is stale. */
export const STALE_MS = 24 * 3_600_000;
/** Of how many those that give most are named. */
export const WORST_MAX = 10;

/** What there was in a range, as it is counted. */
export interface AlertTally {
  readonly from: number;
  readonly to: number;
  /** Alerts that opened and were not suppressed, by ten minutes from `from` on; those without any are left out. */
  readonly slots: readonly { readonly slot: number; readonly count: number }[];
  readonly severities: readonly { readonly severity: Severity; readonly count: number }[];
  readonly suppressed: number;
  readonly chattering: number;
  readonly stale: number;
}

export interface AlarmPerformance {
  readonly from: number;
  readonly to: number;
  readonly alerts: number;
  readonly suppressed: number;
  /** Ten minutes each, those without any alert among them. */
  readonly slots: number;
  readonly perSlot: number;
  readonly perSlotMax: number;
  /** Share of the slots with no more than a person can deal with, and of those in a flood. */
  readonly manageableShare: number;
  readonly floodShare: number;
  readonly floods: number;
  readonly chattering: number;
  readonly stale: number;
  readonly severities: readonly { readonly severity: Severity; readonly count: number; readonly share: number }[];
}

/** Counts and shares; a range of no length has none. */
export function performanceOf({ from, to, slots: counted, severities, ...counts }: AlertTally): AlarmPerformance {
  const slots = Math.ceil((to - from) / SLOT_MS);
  const bySlot = new Map(counted.map(({ slot, count }) => [slot, count]));
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  let [flooding, floods, inFlood, manageable, perSlotMax] = [false, 0, 0, 0, 0];
  for (let slot = 0; slot < slots; slot++) {
    const count = bySlot.get(slot) ?? 0;
    const step = floodStep(flooding, count);
    if (step === "begins") floods++;
    flooding = step === "begins" || step === "goes_on";
    if (flooding) inFlood++;
    if (count <= MANAGEABLE) manageable++;
    perSlotMax = Math.max(perSlotMax, count);
  }
  const all = new Map(severities.map(({ severity, count }) => [severity, count]));
  return {
    from,
    to,
    alerts: total,
    ...counts,
    slots,
    perSlot: slots === 0 ? 0 : total / slots,
    perSlotMax,
    manageableShare: slots === 0 ? 1 : manageable / slots,
    floodShare: slots === 0 ? 0 : inFlood / slots,
    floods,
    severities: SEVERITIES.map((severity) => {
      const count = all.get(severity) ?? 0;
      return { severity, count, share: total === 0 ? 0 : count / total };
    }),
  };
}

const WEEK_MS = 7 * 86_400_000;
/** 1970 began on a Thursday; weeks begin on Mondays, in UTC. */
const MONDAY_MS = 4 * 86_400_000;

/** The last whole week before `ms`. */
export function weekBefore(ms: number): { readonly from: number; readonly to: number } {
  const to = Math.floor((ms - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
  return { from: to - WEEK_MS, to };
}
