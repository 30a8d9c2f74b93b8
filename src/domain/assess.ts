/**
 * Assessment: a fold over one sensor's readings in data time. The same function serves live batches, reprocessing and evaluation, so that a result
 * never depends on where a batch was cut.
 */
import type { Decision } from "./episode.ts";
import type { Series } from "./reading.ts";
import type { Criticality } from "./severity.ts";

/** What an assessment needs to know of a sensor besides its readings. */
export interface SensorRules {
  readonly quantity: string;
  readonly criticality: Criticality;
}

/** The versioned memory of everything that judges one sensor. */
export interface SensorState {
  /** Data time (ms) up to which readings are folded in; undefined before the first one. */
  watermark: number | undefined;
}

/** What one fold did: `late` are the indexes of the series that were at or before the watermark, and so were not folded. */
export interface Assessment {
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly late: readonly number[];
}

export function newState(_rules: SensorRules): SensorState {
  return { watermark: undefined };
}

/** Folds `series` into `state` (which it changes in place) and says what that decided. */
export function assess(_state: SensorState, _series: Series, _rules: SensorRules): Assessment {
  return { decisions: [], folded: 0, late: [] };
}

export function encodeState(state: SensorState): string {
  return JSON.stringify(state);
}

/** The state that `text` stands for; a state of another version starts anew and `relearns` says why. */
export function decodeState(text: string, _rules: SensorRules): { state: SensorState; relearns: string | undefined } {
  return { state: JSON.parse(text), relearns: undefined };
}
