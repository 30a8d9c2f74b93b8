/**
 * Vibration severity zones of ISO 20816-3, as data: boundaries between the zones A (new), B (long-term operation), C
 * (short-term only) and D (damage) for the broad-band velocity, r.m.s. in mm/s, measured on non-rotating parts.
 * Provenance: ISO 10816-3:2009, tables A.1 and A.2, which ISO 20816-3:2022 took over.
 */
import type { LimitParameters } from "./detectors/limit.ts";

/** 1: over 300 kW, or shaft height of 315 mm and more; 2: 15 to 300 kW, or shaft height of 160 to 315 mm. */
export type MachineGroup = 1 | 2;
export type Support = "rigid" | "flexible";
export type Zone = "A" | "B" | "C" | "D";

export const ZONE_BOUNDARIES: Readonly<
  Record<MachineGroup, Readonly<Record<Support, readonly [ab: number, bc: number, cd: number]>>>
> = {
  1: { rigid: [2.3, 4.5, 7.1], flexible: [3.5, 7.1, 11.0] },
  2: { rigid: [1.4, 2.8, 4.5], flexible: [2.3, 4.5, 7.1] },
};

export interface Machine {
  readonly group: MachineGroup;
  readonly support: Support;
  /** UCUM code of the values' unit. */
  readonly unit: string;
}

/** Units of velocity by their factor to mm/s. */
const VELOCITY: Readonly<Record<string, number>> = { "mm/s": 1, "cm/s": 10, "m/s": 1_000, "[in_i]/s": 25.4 };

/**
 * Throws a RangeError for units that are no velocity: these boundaries say nothing about acceleration or displacement.
 */
function factorOf(unit: string): number {
  const factor = VELOCITY[unit];
  if (factor === undefined) {
    throw new RangeError(
      `ISO 20816-3 judges velocity in ${Object.keys(VELOCITY).join(", ")}; ${JSON.stringify(unit)} is none of these`,
    );
  }
  return factor;
}

/** The zone of an r.m.s. velocity. Throws a RangeError for units that are no velocity. */
export function zoneOf(value: number, { group, support, unit }: Machine): Zone {
  const velocity = value * factorOf(unit);
  const [ab, bc, cd] = ZONE_BOUNDARIES[group][support];
  return velocity <= ab ? "A" : velocity <= bc ? "B" : velocity <= cd ? "C" : "D";
}

/**
 * Limits that alarm where zone C begins, with the standard's practice of 25 % of the boundary as margin. Throws a
 * RangeError for units that are no velocity.
 */
export function limitsOf({ group, support, unit }: Machine): LimitParameters {
  const high = ZONE_BOUNDARIES[group][support][1] / factorOf(unit);
  return { high, hysteresis: 0.25 * high };
}
