/** Why an alert was opened or raised, in parts: what the sentence of its reason says, for lists and pictures. */
import type { Evidence } from "../detection/episode.ts";

export interface Cause {
  /** The detector that scored highest. */
  readonly detector: string;
  readonly value: number;
  /** What the loudest detector that knows it, or else any, held for usual. */
  readonly usual: number | undefined;
}

/** Names by which detectors tell what is usual, the better first. */
const USUAL_FACTS = ["usual", "mean"];

export function causeOf({ value, contributions }: Pick<Evidence, "value" | "contributions">): Cause | undefined {
  const loudest = [...contributions].sort((a, b) => b.score - a.score);
  const usual = loudest.flatMap(({ facts }) => USUAL_FACTS.map((name) => facts[name]))
    .find((fact) => fact !== undefined && Number.isFinite(fact));
  return loudest.length === 0 ? undefined : { detector: loudest[0].detector, value, usual };
}
