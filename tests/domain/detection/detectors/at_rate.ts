/** Detectors as tests ask them: all readings come at one rate. */
import type { Detector, Point } from "../../../../src/domain/detection/detectors/detector.ts";

export interface AtRate<State> extends Pick<Detector<State>, "name" | "sees" | "version" | "warmUp"> {
  start(): State;
  score(state: State, point: Point): number;
  excess?(state: State, point: Point): number;
  learn(state: State, point: Point): void;
  facts(state: State, point: Point): Record<string, number>;
}

/** `detector` with the limits of a sensor that gives `perHour` readings an hour. */
export function atRate<State, Limits>(detector: Detector<State, Limits>, perHour = 60): AtRate<State> {
  const limits = detector.limitsAt(perHour);
  const { excess } = detector;
  return {
    ...detector,
    score: (state, point) => detector.score(state, point, limits),
    excess: excess && ((state, point) => excess(state, point, limits)),
    learn: (state, point) => detector.learn(state, point, limits),
    facts: (state, point) => detector.facts(state, point, limits),
  };
}
