/**
 * Limits with hysteresis.
 *
 * Idea: some values are too high or too low whatever was seen before. Once over a limit, a value has to come back by
 *   some margin before it counts as back.
 * Formula: 1 from the moment when value > high (or < low) until value <= high - hysteresis (>= low + hysteresis), else
 *   0.
 * Parameters: `low`, `high` (the sensor's unit; either may be left out); `hysteresis` (the same unit).
 * Example: high 7.1 and hysteresis 0.5: 7.2 scores 1, then 6.8 still 1, then 6.6 scores 0.
 * Source: ISA-18.2 (deadband); limits for machine vibration in iso_20816_3.ts.
 */
import { type FieldsOf, number } from "../field.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface LimitParameters {
  readonly low?: number;
  readonly high?: number;
  readonly hysteresis: number;
}

const VALUES = { unit: "unit of the sensor", min: -1e15, max: 1e15 };

export const LIMIT_FIELDS: FieldsOf<LimitParameters> = {
  low: number("Values under it are too low; left out: none is.", VALUES),
  high: number("Values over it are too high; left out: none is.", VALUES),
  hysteresis: number("How far back within its limit a value has to come to count as back.", {
    ...VALUES,
    min: 0,
    usually: 0,
  }),
};

interface State {
  active: boolean;
}

export function limit({ low = -Infinity, high = Infinity, hysteresis }: LimitParameters): Detector<State, undefined> {
  checkParameters("limit", {
    "low or high": low > -Infinity || high < Infinity,
    "low < high": low < high,
    "hysteresis >= 0": hysteresis >= 0,
    "hysteresis <= (high - low) / 2": hysteresis <= (high - low) / 2,
  });
  const isOver = ({ active }: State, value: number) => {
    const margin = active ? hysteresis : 0;
    return value > high - margin || value < low + margin;
  };
  return {
    name: "limit",
    sees: "a value over its limit",
    version: 1,
    warmUp: 0,
    start: () => ({ active: false }),
    limitsAt: () => undefined,
    score: (state, { value }) => isOver(state, value) ? 1 : 0,
    learn(state, { value }) {
      state.active = isOver(state, value);
    },
    facts: () => ({ ...low > -Infinity ? { low } : {}, ...high < Infinity ? { high } : {}, hysteresis }),
  };
}
