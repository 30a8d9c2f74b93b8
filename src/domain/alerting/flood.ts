/**
 * A flood is more alerts than a person can take in (ISA-18.2, EEMUA 191): it begins and ends by counts in ten minutes.
 */

export const FLOOD_WINDOW_MS = 10 * 60_000;
/** More than these begin it, fewer than those end it. */
export const FLOOD_BEGINS_ABOVE = 10;
export const FLOOD_ENDS_BELOW = 5;

export type FloodId = number & { readonly noun: "flood" };

export interface Flood {
  readonly id: FloodId;
  /** By the clock: it is about people, and not about machines. */
  readonly beganAt: number;
  readonly endedAt: number | undefined;
  /** The most in ten minutes, and all that have come. */
  readonly peak: number;
  readonly alerts: number;
}

/** What a count of alerts in the last ten minutes makes of whether there is a flood. */
export function floodStep(floods: boolean, count: number): "begins" | "goes_on" | "ends" | "none" {
  if (!floods) return count > FLOOD_BEGINS_ABOVE ? "begins" : "none";
  return count < FLOOD_ENDS_BELOW ? "ends" : "goes_on";
}
