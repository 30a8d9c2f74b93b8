/** How well scores rank labelled rows. */

/** Figures of a fixed threshold, by row, each 0 to 1. */
export interface ThresholdFigures {
  readonly f1: number;
  /** False-alarm rate: alarms among normal rows. */
  readonly far: number;
  /** Missed-alarm rate: anomalous rows without an alarm. */
  readonly mar: number;
}

/**
 * The area under the ROC curve: the chance that an anomalous row scores above a normal one, equal scores counting half.
 * NaN without both kinds.
 */
export function rocAuc(scores: Float64Array, labels: Uint8Array): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0, anomalous = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    for (let i = from; i < to; i++) {
      if (labels[order[i]] === 0) continue;
      ranks += (from + to + 1) / 2;
      anomalous++;
    }
  }
  return (ranks - anomalous * (anomalous + 1) / 2) / (anomalous * (order.length - anomalous));
}

/** What comes of alarming wherever `alarms` is not 0. */
export function alarmFigures(alarms: Uint8Array, labels: Uint8Array): ThresholdFigures {
  let hits = 0, falseAlarms = 0, anomalous = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0) anomalous++;
    if (alarms[i] === 0) continue;
    if (labels[i] !== 0) hits++;
    else falseAlarms++;
  }
  return {
    f1: 2 * hits / (hits + falseAlarms + anomalous),
    far: falseAlarms / (labels.length - anomalous),
    mar: 1 - hits / anomalous,
  };
}

/** The missed-alarm rate at the lowest threshold (one for all rows) whose false-alarm rate is at most `far`. */
export function missedAt(far: number, { scores, labels }: { scores: Float64Array; labels: Uint8Array }): number {
  const normal = scores.filter((_, i) => labels[i] === 0).sort();
  const threshold = normal[normal.length - 1 - Math.floor(far * normal.length)];
  return alarmFigures(Uint8Array.from(scores, (score) => score > threshold ? 1 : 0), labels).mar;
}

export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
