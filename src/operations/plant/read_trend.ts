/**
 * A sensor's readings as a picture of a given width wants them: as columns, each reading by itself where there are few,
 * else least, greatest and mean of stretches, so that no peak is lost; with what was usual, and with the gaps.
 */
import { USUAL_MEMORY, usualBand } from "../../domain/plant/usual_band.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import type { ReadingPoint } from "../../ports/plant/reading.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findSensor } from "./find_sensor.ts";
import { readSeries } from "./read_series.ts";

export const WIDTH_MAX = 4_000;
export const TRENDS_MAX = 24;

export interface TrendInput {
  readonly sensorKeys: readonly string[];
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** About how many points are wanted at most: the pixels of the picture. */
  readonly width: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Trend {
  readonly sensor: Sensor;
  /** Width of the stretches; undefined: each point is a reading. */
  readonly resolutionMs: number | undefined;
  readonly points: readonly ReadingPoint[];
  /** Per point; NaN where too little was there before it. */
  readonly usualLow: Float64Array;
  readonly usualHigh: Float64Array;
  readonly gaps: readonly Stretch[];
  readonly rolledUpBefore: number | undefined;
  readonly hoursOnlyBefore: number | undefined;
}

type TrendScope = Pick<Scope, "store" | "tenant">;

/** Throws invalid and not found. */
export async function readTrends(scope: TrendScope, { sensorKeys, ...input }: TrendInput): Promise<Trend[]> {
  const { from, to, width } = input;
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(width >= 1 && width <= WIDTH_MAX)) throw invalid("width", `width has to be 1 to ${WIDTH_MAX}.`);
  if (sensorKeys.length > TRENDS_MAX) throw invalid("sensors", `There may be ${TRENDS_MAX} sensors at most.`);
  const trends: Trend[] = [];
  for (const key of sensorKeys) trends.push(await readTrend(scope, key, input));
  return trends;
}

async function readTrend(scope: TrendScope, key: string, input: Omit<TrendInput, "sensorKeys">): Promise<Trend> {
  const sensor = await findSensor(scope, { key, field: "sensors" });
  const { from, to, width } = input;
  const series = { sensorKey: key, from, to };
  const single = await readSeries(scope, { ...series, resolutionMs: undefined, limit: width });
  const resolutionMs = single.truncated ? resolutionFor(to - from, width) : undefined;
  const { before, points } = resolutionMs === undefined
    ? { before: await pointsBefore(scope, { series, points: single.points }), points: single.points }
    : await stretchesOf(scope, { series, resolutionMs });
  const all = [...before, ...points];
  const inEpisode = await episodesOf(scope, sensor, { from: all.at(0)?.ts ?? from, to });
  const { low, high } = usualBand(all, (i) => inEpisode(all[i].ts));
  return {
    sensor,
    resolutionMs,
    points,
    usualLow: low.subarray(before.length),
    usualHigh: high.subarray(before.length),
    gaps: gapsOf(points, { resolutionMs, expectedMs: sensor.expectedIntervalMs }),
    rolledUpBefore: single.rolledUpBefore,
    hoursOnlyBefore: single.hoursOnlyBefore,
  };
}

interface Series {
  readonly sensorKey: string;
  readonly from: number;
  readonly to: number;
}

/** What lies before the readings in the picture: what is usual there is told from it. */
async function pointsBefore(
  scope: TrendScope,
  { series, points }: { series: Series; points: readonly ReadingPoint[] },
): Promise<readonly ReadingPoint[]> {
  const from = series.from - USUAL_MEMORY * spacing(points);
  const limit = 2 * USUAL_MEMORY;
  return (await readSeries(scope, { ...series, from, to: series.from, resolutionMs: undefined, limit })).points;
}

/** Stretches in the range, the first of which may begin before it, and those before them. */
async function stretchesOf(
  scope: TrendScope,
  { series, resolutionMs }: { series: Series; resolutionMs: number },
): Promise<{ before: readonly ReadingPoint[]; points: readonly ReadingPoint[] }> {
  const from = series.from - USUAL_MEMORY * resolutionMs;
  const limit = Math.ceil((series.to - from) / resolutionMs) + 2;
  const { points } = await readSeries(scope, { ...series, from, resolutionMs, limit });
  const first = points.findIndex(({ ts, widthMs }) => ts + (widthMs ?? 0) > series.from);
  const cut = first < 0 ? points.length : first;
  return { before: points.slice(0, cut), points: points.slice(cut) };
}

/** Widths that people know: a stretch of 7 minutes would begin at strange times. */
const RESOLUTIONS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 28].map((days) => days * 86_400_000),
];

/** The least of the known widths at which a range has `width` stretches at most. */
export function resolutionFor(rangeMs: number, width: number): number {
  const least = rangeMs / width;
  return RESOLUTIONS_MS.find((ms) => ms >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
}

/** Typical time between two points: the median. */
function spacing(points: readonly ReadingPoint[]): number {
  if (points.length < 2) return 60_000;
  const steps = points.slice(1).map(({ ts }, i) => ts - points[i].ts).sort((a, b) => a - b);
  return steps[steps.length >> 1];
}

/** As of a gap (domain/intake/gap.ts): so many intervals may pass. */
const INTERVALS_MAX = 3;
/** Where nobody has said how often a sensor speaks, a pause this many times the usual one is shown as a gap. */
const SPACINGS_MAX = 10;

function gapsOf(
  points: readonly ReadingPoint[],
  { resolutionMs, expectedMs }: { resolutionMs: number | undefined; expectedMs: number | undefined },
): Stretch[] {
  // Of stretches, a single one that is missing says so; of readings, one that is late says nothing yet.
  const usualMs = resolutionMs === undefined ? SPACINGS_MAX * spacing(points) : spacing(points) / 2;
  const pauseMaxMs = expectedMs === undefined ? usualMs : Math.max(INTERVALS_MAX * expectedMs, (resolutionMs ?? 0) / 2);
  const gaps: Stretch[] = [];
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1].ts + (points[i - 1].widthMs ?? 0);
    if (points[i].ts - from > pauseMaxMs) gaps.push({ from, to: points[i].ts });
  }
  return gaps;
}

/** Episodes of one sensor in a picture's range are few; of more than these the rest counts as usual. */
const EPISODES_MAX = 500;

async function episodesOf(
  { store, tenant }: TrendScope,
  sensor: Sensor,
  range: Stretch,
): Promise<(ts: number) => boolean> {
  const found = await store.episodes.overlapping(tenant.id, {
    ...range,
    subjects: { sensorIds: [sensor.id], assetIds: [] },
    limit: EPISODES_MAX,
  });
  return (ts) =>
    found.some(({ episodeStart, endedAt }) => ts >= episodeStart && (endedAt === undefined || ts <= endedAt));
}
