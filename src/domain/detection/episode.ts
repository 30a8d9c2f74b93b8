/**
 * An episode is a stretch of anomalies with a start and perhaps an end. Threshold, deadband, on-delay and off-delay
 * turn scores into episodes; what an episode does is a decision, and a decision carries its reason.
 */
import type { Criticality } from "../plant/asset.ts";
import type { SensorId } from "../plant/sensor.ts";
import { isAbove, type Severity, severityOf } from "./severity.ts";

/**
 * What one detector added to the ensemble's score. `facts` are the numbers it judged by, for people and for computing
 * the score again.
 */
export interface Contribution {
  readonly detector: string;
  readonly score: number;
  readonly facts: Readonly<Record<string, number>>;
}

/** The numbers behind one ensemble score. */
export interface Evidence {
  /** Data time in ms. */
  readonly ts: number;
  readonly value: number;
  readonly score: number;
  readonly threshold: number;
  readonly contributions: readonly Contribution[];
  /** Detectors of the settings that gave no score here, for example because they are still warming up. */
  readonly missing: readonly string[];
  /** Of an asset: which sensors it was, in words, and each one's share in the score, the largest first. */
  readonly about?: string;
  readonly sensors?: readonly { readonly sensorId: SensorId; readonly share: number }[];
}

interface Occasion {
  /** What the episode is about; with its start it names the episode within its sensor. */
  readonly kind: string;
  /** Data time (ms) of the first anomaly. */
  readonly episodeStart: number;
  /** Data time (ms) of the reading that led to the decision. */
  readonly ts: number;
  readonly reason: string;
  readonly peak: Peak;
}

/**
 * `peak` is the highest score of the episode so far, and why it was given: an alert's score and reason always belong
 * together.
 */
export type Decision =
  | Occasion & { readonly type: "opened"; readonly severity: Severity; readonly evidence: Evidence }
  | Occasion & { readonly type: "raised"; readonly severity: Severity; readonly evidence: Evidence }
  | Occasion & { readonly type: "closed" };

export interface Peak {
  readonly score: number;
  readonly reason: string;
}

/**
 * The hysteresis that turns scores into episodes. Delays count readings, so that a gap neither opens nor ends anything.
 */
export interface EpisodeRules {
  /** A score at or over it is an anomaly. */
  readonly threshold: number;
  /** An episode goes on as long as scores reach `threshold - deadband`. */
  readonly deadband: number;
  /** Anomalies in a row before the episode opens its alert; 1: at once. */
  readonly onDelay: number;
  /** Readings in a row under `threshold - deadband` before it ends. */
  readonly offDelay: number;
}

/** The memory of one kind of episode on one sensor; `start` undefined: there is none. */
export interface EpisodeState {
  start?: number;
  open?: boolean;
  anomalies: number;
  quiet: number;
  peak: number;
  /** Why the peak was scored; left out in states of earlier releases. */
  peakReason?: string;
  severity?: Severity;
}

export function startEpisode(): EpisodeState {
  return { anomalies: 0, quiet: 0, peak: 0 };
}

export interface Step {
  readonly kind: string;
  readonly ts: number;
  readonly score: number;
  /** The score after rest (ensemble.ts): what only repeats an unusual stretch opens no new episode. */
  readonly news: number;
  readonly rules: EpisodeRules;
  readonly criticality: Criticality;
  /** Called only when a decision needs it. */
  readonly evidence: () => Evidence;
}

/** Takes one score into the episode and answers what that decided. */
export function stepEpisode(state: EpisodeState, step: Step): Decision | undefined {
  const { score, news, rules } = step;
  if (state.start === undefined && news < rules.threshold) return undefined;
  if (score >= rules.threshold) return anomaly(state, step);
  if (!state.open) {
    // On-delay wants anomalies in a row.
    reset(state);
    return undefined;
  }
  state.quiet = score >= rules.threshold - rules.deadband ? 0 : state.quiet + 1;
  return state.quiet < rules.offDelay ? undefined : close(state, step);
}

function close(state: EpisodeState, { kind, ts, rules }: Step): Decision {
  const closed: Decision = {
    type: "closed",
    kind,
    episodeStart: state.start!,
    ts,
    reason: `${rules.offDelay} readings in a row scored under ${round(rules.threshold - rules.deadband)}`,
    peak: peakOf(state),
  };
  reset(state);
  return closed;
}

function anomaly(state: EpisodeState, { kind, ts, score, rules, criticality, evidence }: Step): Decision | undefined {
  state.start ??= ts;
  state.anomalies++;
  state.quiet = 0;
  if (score > state.peak || state.peakReason === undefined) {
    state.peak = Math.max(state.peak, score);
    state.peakReason = reasonOf(evidence(), state);
  }
  if (!state.open && state.anomalies < rules.onDelay) return undefined;
  const severity = severityOf({ score: state.peak, anomalies: state.anomalies, criticality });
  if (state.open && !isAbove(severity, state.severity!)) return undefined;
  const type: "raised" | "opened" = state.open ? "raised" : "opened";
  state.open = true;
  state.severity = severity;
  const proof = evidence();
  const reason = reasonOf(proof, state);
  return { type, kind, episodeStart: state.start, ts, severity, reason, evidence: proof, peak: peakOf(state) };
}

function reasonOf({ value, about, score, threshold, contributions }: Evidence, { anomalies }: EpisodeState): string {
  const loudest = contributions.filter((part) => part.score > 0).sort((a, b) => b.score - a.score).slice(0, 2);
  const parts = loudest.map((part) => `${part.detector} ${round(part.score)}`).join(", ");
  const count = anomalies > 1 ? `, anomaly ${anomalies} of its episode` : "";
  return `${about ?? `value ${round(value)}`} scored ${round(score)} (threshold ${
    round(threshold)
  }) by ${parts}${count}`;
}

function peakOf({ peak, peakReason }: EpisodeState): Peak {
  return { score: peak, reason: peakReason ?? `scored ${round(peak)}` };
}

function reset(state: EpisodeState): void {
  state.peakReason = undefined;
  state.start = undefined;
  state.open = undefined;
  state.severity = undefined;
  state.anomalies = 0;
  state.quiet = 0;
  state.peak = 0;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
