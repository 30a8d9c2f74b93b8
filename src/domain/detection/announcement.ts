/**
 * Which episodes are announced. An episode's rarity is its greatest so far; it becomes an alert at the first reading at
 * which that reaches the line of that reading's day, or the floor. Until then it is kept below the line. Nothing here
 * changes what is learnt, what rests, or where episodes begin and end.
 */
import type { Decision, EpisodeChange, EpisodeState, Evidence, RarityNow, Supersession } from "./episode.ts";
import { type BudgetedKind, RARITY_FLOOR } from "./rarity.ts";

/** The line of the alarm budget for episodes of `kind` at a data time (ms). */
export type LineAt = (ts: number, kind: BudgetedKind) => number;

/** The memory of the current episode; empty between episodes. JSON keeps it exactly. */
export interface Announcing {
  /** Of the reading with the greatest rarity so far. */
  rarity?: RarityNow["rarity"];
  /** Under which it was announced, or was last kept. */
  line?: number;
  announced?: boolean;
}

export interface Announced {
  readonly episode: EpisodeState;
  /** What the reading did to the episode (episode.ts). */
  readonly decision: EpisodeChange | undefined;
  readonly kind: string;
  /** Data time in ms of the reading. */
  readonly ts: number;
  /** The reading's rarity; undefined when it is no anomaly. */
  readonly rarity: (() => RarityNow["rarity"]) | undefined;
  /** The line at this data time: an episode this rare is announced. 0: every one is. */
  readonly line: number;
  readonly evidence: () => Evidence;
}

/** What the reading leads to, once it is asked whether the episode is announced. */
export function announce(announcing: Announcing, step: Announced): Decision | undefined {
  const { episode, decision, ts } = step;
  if (episode.start === undefined) return endAnnouncing(announcing, decision);
  // It was open before this kind of episode had a rarity: then it is an alert.
  if (announcing.rarity === undefined && episode.open && decision?.type !== "opened") {
    announcing.announced = true;
    announcing.line = 0;
  }
  const grew = grow(announcing, step);
  if (!episode.open || announcing.rarity === undefined) return undefined;
  const line = announcing.announced ? announcing.line! : Math.min(step.line, RARITY_FLOOR);
  announcing.line = line;
  const now = { rarity: announcing.rarity, line };
  if (announcing.announced) return decision && { ...decision, ...now };
  // Whatever is not below the line is announced, also when the line is no number.
  const reached = !(announcing.rarity.value < line);
  if (!reached && decision?.type !== "opened" && decision?.type !== "raised" && !grew) return undefined;
  const proof = decision?.type === "opened" || decision?.type === "raised" ? decision.evidence : step.evidence();
  const begins = decision?.type === "opened";
  const occasion = {
    kind: step.kind,
    episodeStart: episode.start,
    ts,
    severity: episode.severity!,
    evidence: proof,
    peak: { score: episode.peak, reason: episode.peakReason ?? decision?.reason ?? "" },
    ...now,
  };
  const reason = decision?.reason ?? occasion.peak.reason;
  if (!reached) return { ...occasion, type: begins ? "kept" : "rarer", reason };
  announcing.announced = true;
  return { ...occasion, type: "opened", reason, wasKept: !begins };
}

/** The episode is over: what its end is for the alert, or for what is kept. */
export function endAnnouncing(announcing: Announcing, change: EpisodeChange | undefined): Decision | undefined {
  const { rarity, line, announced } = announcing;
  delete announcing.rarity;
  delete announcing.line;
  delete announcing.announced;
  if (change?.type !== "closed" || rarity === undefined || line === undefined) return change;
  return announced ? { ...change, rarity, line } : { ...change, type: "passed", rarity, line };
}

/** A superseded episode's: what was kept below the line has told nobody, so it passes. */
export function announcedOrKept(announcing: Announcing = {}, decision: Supersession): Decision {
  const { rarity, line, announced } = announcing;
  if (rarity === undefined || line === undefined) return decision;
  return announced ? { ...decision, rarity, line } : { ...decision, type: "passed", rarity, line };
}

/** Takes the reading's rarity in; true when the episode's has grown. */
function grow(announcing: Announcing, { rarity }: Announced): boolean {
  if (rarity === undefined) return false;
  const now = rarity();
  if (announcing.rarity !== undefined && now.value <= announcing.rarity.value) return false;
  announcing.rarity = now;
  return true;
}
