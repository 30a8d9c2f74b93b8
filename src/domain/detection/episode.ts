/**
 * An episode is a stretch of anomalies with a start and perhaps an end. Threshold, deadband, on-delay and off-delay
 * turn scores into episodes; what an episode does is a decision, and a decision carries its reason.
 *
 * An episode ends by return: scores are low, and the sensor is where it was before the episode, or within its frozen
 * baseline. Low scores alone are not enough, since detectors grow used to a fault that stays. What never returns ends
 * as the new normal, when a person says so, or by the rule's time, and the decision says which.
 */
import type { Band } from "./level.ts";
import { readingsIn, type Span } from "./stats/span.ts";
import type { Criticality } from "../plant/asset.ts";
import { type FieldsOf, share, span } from "./field.ts";
import type { SensorId } from "../plant/sensor.ts";
import type { Rarity } from "./rarity.ts";
import { isAbove, type Severity, severityOf, type SeverityRow } from "./severity.ts";

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
  /** Of this reading; left out for watches, which judge facts, and by earlier releases. */
  readonly rarity?: Rarity;
}

/** The greatest rarity of an episode so far. */
export interface RarityNow {
  readonly rarity: Rarity;
  /** The line of the day on which it was announced; of what is kept, of the day on which it was last judged. */
  readonly line: number;
}

interface Occasion extends Partial<RarityNow> {
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
export type EpisodeChange =
  | Occasion & {
    readonly type: "opened";
    readonly severity: Severity;
    readonly evidence: Evidence;
    /** The episode was kept below the line before. */
    readonly wasKept?: boolean;
  }
  | Occasion & { readonly type: "raised"; readonly severity: Severity; readonly evidence: Evidence }
  | Occasion & { readonly type: "closed"; readonly end: EpisodeEnd };

/** It is judged no more, since the settings changed: whether its condition lasts nobody can say. */
export type Supersession = Occasion & { readonly type: "superseded" };

/**
 * How an episode ended: the condition did, or what it was about has become normal by the rule, or by a person's word.
 */
export type EpisodeEnd = "returned" | "new_normal" | "accepted";

/**
 * What happens to an episode below the line (announcement.ts): it begins, becomes rarer or more urgent, ends without
 * having been announced.
 */
export type Candidacy =
  & Occasion
  & RarityNow
  & (
    | { readonly type: "kept" | "rarer"; readonly severity: Severity; readonly evidence: Evidence }
    | { readonly type: "passed" }
  );

export type Decision = EpisodeChange | Supersession | Candidacy;

export interface Peak {
  readonly score: number;
  readonly reason: string;
}

/**
 * The hysteresis that turns scores into episodes. Delays are counted in readings at the sensor's usual rate, so that a
 * gap neither opens nor ends anything.
 */
export interface EpisodeRules {
  /** A score at or over it is an anomaly. */
  readonly threshold: number;
  /** An episode goes on as long as scores reach `threshold - deadband`. */
  readonly deadband: number;
  /** Anomalies in a row before the episode opens its alert; one reading: at once. */
  readonly onDelay: Span;
  /** How long scores are under `threshold - deadband` before it can end. */
  readonly offDelay: Span;
  /** How long low scores somewhere else than before make that the new normal. */
  readonly newNormal: Span;
}

export const EPISODE_FIELDS: FieldsOf<EpisodeRules> = {
  threshold: share("A score at or over it is an anomaly: more is calmer, and finds less."),
  deadband: share("An episode goes on while scores reach the threshold less this; has to be under the threshold."),
  onDelay: span("How long anomalies last before the alert opens; one reading: at once. More spares single peaks."),
  offDelay: span("How long scores are under the threshold less the deadband before the episode can end."),
  newNormal: span("How long low scores somewhere else than before make that the new normal."),
};

/** The memory of one kind of episode on one sensor; `start` undefined: there is none. */
export interface EpisodeState {
  start?: number;
  open?: boolean;
  anomalies: number;
  /** Readings in a row under the deadband, and the sum of their levels. */
  quiet: number;
  sum: number;
  /** Readings of low scores that were somewhere else than before the episode. */
  elsewhere: number;
  /** Where the sensor was before the episode, or may be by its baseline; none: nothing is known. */
  before?: readonly Band[];
  peak: number;
  /** Why the peak was scored; left out in states of earlier releases. */
  peakReason?: string;
  severity?: Severity;
}

export function startEpisode(): EpisodeState {
  return { anomalies: 0, quiet: 0, sum: 0, elsewhere: 0, peak: 0 };
}

export interface Step {
  readonly kind: string;
  readonly ts: number;
  readonly score: number;
  /** The score after rest (ensemble.ts): what only repeats an unusual stretch opens no new episode. */
  readonly news: number;
  readonly rules: EpisodeRules;
  /** Readings an hour that the sensor usually gives. */
  readonly perHour: number;
  readonly criticality: Criticality;
  /** SEVERITY_TABLE when left out. */
  readonly severities?: readonly SeverityRow[];
  /** Where the sensor is: a value, or a mean of some. */
  readonly level: number;
  /** Where it is normal to be, asked when an episode starts; none: low scores are enough to end it. */
  readonly normal: () => readonly Band[];
  /** Called only when a decision needs it. */
  readonly evidence: () => Evidence;
}

/** Whether a reading changes nothing: there is no episode, and it begins none. Most readings are so. */
export function isCalm({ start }: EpisodeState, news: number, { threshold }: EpisodeRules): boolean {
  // A score that is not a number begins nothing either.
  return start === undefined && !(news >= threshold);
}

/** Takes one score into the episode and answers what that decided. */
export function stepEpisode(state: EpisodeState, step: Step): EpisodeChange | undefined {
  const { score, news, rules } = step;
  if (isCalm(state, news, rules)) return undefined;
  if (score >= rules.threshold) return anomaly(state, step);
  if (!state.open) {
    // On-delay wants anomalies in a row.
    reset(state);
    return undefined;
  }
  if (score >= rules.threshold - rules.deadband) {
    state.quiet = 0;
    state.sum = 0;
    return undefined;
  }
  state.quiet++;
  state.sum += step.level;
  return state.quiet < readingsIn(rules.offDelay, step.perHour) ? undefined : endOf(state, step);
}

function endOf(state: EpisodeState, step: Step): EpisodeChange | undefined {
  const { rules, perHour } = step;
  const { before, quiet } = state;
  const level = state.sum / quiet;
  const low = `${quiet} readings in a row scored under ${round(rules.threshold - rules.deadband)}`;
  if (before === undefined || before.length === 0) return close(state, step, { end: "returned", reason: low });
  const back = before.find(({ low, high }) => level >= low && level <= high);
  if (back !== undefined) {
    const reason = `${low}, around ${round(level)}, as before between ${round(back.low)} and ${round(back.high)}`;
    return close(state, step, { end: "returned", reason });
  }
  state.elsewhere += quiet;
  state.quiet = 0;
  state.sum = 0;
  if (state.elsewhere < readingsIn(rules.newNormal, perHour)) return undefined;
  const last = before[before.length - 1];
  const reason = `new normal: ${state.elsewhere} calm readings around ${round(level)}, where it was between ` +
    `${round(last.low)} and ${round(last.high)} before`;
  return close(state, step, { end: "new_normal", reason });
}

/** Ends an open episode because a person takes what it is about as normal; undefined when none is open. */
export function acceptEpisode(
  state: EpisodeState,
  { kind, ts }: { kind: string; ts: number },
): EpisodeChange | undefined {
  if (!state.open) return undefined;
  return close(state, { kind, ts }, { end: "accepted", reason: "new normal: accepted by a person" });
}

function close(
  state: EpisodeState,
  { kind, ts }: { kind: string; ts: number },
  { end, reason }: { end: EpisodeEnd; reason: string },
): EpisodeChange {
  const closed: EpisodeChange = {
    type: "closed",
    kind,
    episodeStart: state.start!,
    ts,
    end,
    reason,
    peak: peakOf(state),
  };
  reset(state);
  return closed;
}

function anomaly(state: EpisodeState, step: Step): EpisodeChange | undefined {
  const { kind, ts, score, rules, perHour, criticality, severities, evidence } = step;
  state.start ??= ts;
  state.before ??= step.normal();
  state.anomalies++;
  state.quiet = 0;
  state.sum = 0;
  state.elsewhere = 0;
  if (score > state.peak || state.peakReason === undefined) {
    state.peak = Math.max(state.peak, score);
    state.peakReason = reasonOf(evidence(), state);
  }
  if (!state.open && state.anomalies < readingsIn(rules.onDelay, perHour)) return undefined;
  const severity = severityOf({ score: state.peak, anomalies: state.anomalies, criticality }, severities);
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

export function peakOf({ peak, peakReason }: EpisodeState): Peak {
  return { score: peak, reason: peakReason ?? `scored ${round(peak)}` };
}

function reset(state: EpisodeState): void {
  state.peakReason = undefined;
  state.before = undefined;
  state.start = undefined;
  state.open = undefined;
  state.severity = undefined;
  state.anomalies = 0;
  state.quiet = 0;
  state.sum = 0;
  state.elsewhere = 0;
  state.peak = 0;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
