/**
 * The figures of one evaluation as a flat list, beside published and computed anchors, and compared with an earlier
 * one.
 */
import { type DetectorSet, detectorSet } from "../domain/detection/detector_set.ts";
import { scoreSeries } from "../domain/detection/score_series.ts";
import { NAB_PROFILES, type NabFile, scoreNab } from "./nab.ts";
import { type NabSeries } from "./nab_files.ts";
import type { OutlierFigures } from "./outliers.ts";
import type { SkabFigures } from "./skab.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Whether more is better. */
  readonly better: "higher" | "lower";
  /** Others' figures on the same data, for people. */
  readonly anchors: string;
}

/** The range rule that any detector has to beat, computed here so that the scorer itself is checked with every run. */
const TWO_NUMBER_RULE = [49.3670, 48.4527, 51.0066];
const NAB_ANCHORS = [
  "two-number rule 49.4, Numenta HTM 70.8, ARTime 71.5, CAD OSE 73.2",
  "two-number rule 48.5, Numenta HTM 64.7, ARTime 61.8, CAD OSE 70.4",
  "two-number rule 51.0, Numenta HTM 74.8, ARTime 77.2, CAD OSE 76.8",
];

/**
 * Throws when the scorer does not give the known figures of the two-number rule on the files that they are known for.
 */
export function nabFigures(series: readonly NabSeries[], set: DetectorSet = detectorSet("generic")): Figure[] {
  const rule = NAB_PROFILES.map((profile) => scoreNab(series.map(scoreByRule), profile).score);
  if (series.length === 35 && rule.some((score, i) => Math.abs(score - TWO_NUMBER_RULE[i]) > 1e-3)) {
    throw new Error(
      `the two-number rule scores ${rule.join(" / ")} instead of ${
        TWO_NUMBER_RULE.join(" / ")
      }: the scorer or the data is not what it should be`,
    );
  }
  const { threshold } = set.settings.episode;
  const files: NabFile[] = series.map((one) => ({ ...one, scores: scoreSeries(set, one) }));
  const results = NAB_PROFILES.map((profile) => scoreNab(files, profile));
  const atLive = scoreNab(files, NAB_PROFILES[0], threshold);
  return [
    ...results.map(({ profile, score, threshold }, i) => ({
      name: `NAB ${profile}`,
      value: score,
      better: "higher" as const,
      anchors: `at ${threshold.toFixed(3)}; ${NAB_ANCHORS[i]}`,
    })),
    {
      name: "NAB standard at the live threshold",
      value: atLive.score,
      better: "higher",
      anchors: `at ${threshold}`,
    },
  ];
}

function scoreByRule(series: NabSeries): NabFile {
  let [least, most] = [Infinity, -Infinity];
  const scores = series.value.map((value) => {
    const e = most > least ? Math.max(value - most, least - value) / (most - least) : 0;
    least = Math.min(least, value);
    most = Math.max(most, value);
    return e > 0.05 ? e / (e + 0.1) : 0;
  });
  return { ...series, scores };
}

export function skabFigures({ methods: [stream, ...others], streamAtHalf }: SkabFigures): Figure[] {
  const anchors = (of: (method: typeof stream) => number) =>
    others.map((method) => `${method.method} ${of(method).toFixed(3)}`).join(", ");
  return [
    {
      name: "SKAB pooled AUC",
      value: stream.aucPooled,
      better: "higher",
      anchors: anchors(({ aucPooled }) => aucPooled),
    },
    {
      name: "SKAB missed at 13.5 % false alarms",
      value: stream.marAtFar,
      better: "lower",
      anchors: anchors(({ marAtFar }) => marAtFar),
    },
    {
      name: "SKAB F1 at score 0.5",
      value: streamAtHalf.f1,
      better: "higher",
      anchors: "Conv-AE 0.768, T2+Q 0.721, flag everything 0.691",
    },
  ];
}

const SCIKIT_LEARN: Readonly<Record<string, string>> = { shuttle: "0.9970 +- 0.0005", annthyroid: "0.818 +- 0.017" };

export function outlierFigures(sets: readonly OutlierFigures[]): Figure[] {
  return sets.map(({ set, forestMean, forestDeviation, robustZ, mahalanobis }) => ({
    name: `forest AUC on ${set}, mean of ten seeds`,
    value: forestMean,
    better: "higher",
    anchors:
      `+- ${forestDeviation.toFixed(4)}; scikit-learn ${SCIKIT_LEARN[set] ?? "-"}, largest robust z ${
        robustZ.toFixed(3)
      }, ` +
      `Mahalanobis ${mahalanobis.toFixed(3)}`,
  }));
}

export interface Change {
  readonly name: string;
  readonly before: number;
  readonly now: number;
  readonly worse: boolean;
}

/** Figures move by less than this between machines. */
const TOLERANCE = 1e-6;

/** What differs from an earlier evaluation; figures that only one of the two has are left out. */
export function compareFigures(now: readonly Figure[], before: Readonly<Record<string, number>>): Change[] {
  return now.flatMap(({ name, value, better }) => {
    const earlier = before[name];
    if (earlier === undefined || Math.abs(value - earlier) <= TOLERANCE) return [];
    return [{ name, before: earlier, now: value, worse: better === "higher" ? value < earlier : value > earlier }];
  });
}
