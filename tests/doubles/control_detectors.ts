/** Detectors that know nothing, as controls: whatever claims to detect has to beat them. */
import type { Detector } from "../../src/domain/detection/detectors/detector.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";

/** Finds nothing unusual, ever. */
export const NULL_DETECTOR: Detector<Record<string, never>> = {
  name: "null",
  sees: "nothing",
  version: 1,
  warmUp: 0,
  start: () => ({}),
  limitsAt: () => undefined,
  score: () => 0,
  learn: () => {},
  facts: () => ({}),
};

/** Scores at random, but the same for equal readings. */
export const RANDOM_DETECTOR: Detector<{ n: number }> = {
  name: "random",
  sees: "anything",
  version: 1,
  warmUp: 0,
  start: () => ({ n: 0 }),
  limitsAt: () => undefined,
  score: ({ n }) => seededRandom(n + 1)(),
  learn: (state) => void state.n++,
  facts: () => ({}),
};
