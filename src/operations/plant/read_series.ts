/**
 * Readings of a sensor over a range, as stored or in buckets of time. Older ones may be there as minutes or hours only.
 */
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import type { ReadingPoint } from "../../ports/plant/reading.ts";
import { invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";

export const POINTS_MAX = 10_000;
/** A hundred years: longer buckets mean nothing, and the store cannot count in them. */
const RESOLUTION_MAX_MS = 36_525 * 86_400_000;

export interface SeriesInput {
  readonly sensorKey: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** Width of the buckets; left out: each reading by itself. */
  readonly resolutionMs: number | undefined;
  readonly limit: number;
}

export interface ReadSeries {
  /** In time order. */
  readonly points: readonly ReadingPoint[];
  /** There are more than were asked for. */
  readonly truncated: boolean;
  /** Data times in the range before which minutes, or hours alone, stand for the readings; undefined: nowhere in it. */
  readonly rolledUpBefore: number | undefined;
  readonly hoursOnlyBefore: number | undefined;
}

/** Throws invalid and not found. */
export async function readSeries(scope: Pick<Scope, "store" | "tenant">, input: SeriesInput): Promise<ReadSeries> {
  const { store, tenant } = scope;
  check(input);
  const [sensor] = await store.sensors.byKeys(tenant.id, [input.sensorKey]);
  if (sensor === undefined) {
    throw notFound("sensor", `There is no sensor with the key ${JSON.stringify(input.sensorKey)}.`);
  }
  const { to, limit, resolutionMs } = input;
  const from = Math.max(input.from, EARLIEST_MS);
  const range = { from, to, limit: limit + 1 };
  const read = () =>
    resolutionMs === undefined
      ? store.readings.points(tenant.id, sensor.id, range)
      : store.readings.buckets(tenant.id, sensor.id, { ...range, resolutionMs });
  let horizon = await store.horizons.of(tenant.id);
  let points: ReadingPoint[];
  // Readings that give way in between would be told as what they no longer are: read again until nothing moved.
  for (;;) {
    points = await read();
    const after = await store.horizons.of(tenant.id);
    if (after.rolledUpBefore === horizon.rolledUpBefore && after.hoursOnlyBefore === horizon.hoursOnlyBefore) break;
    horizon = after;
  }
  return {
    points: points.slice(0, limit),
    truncated: points.length > limit,
    rolledUpBefore: horizon.rolledUpBefore > from ? Math.min(horizon.rolledUpBefore, to) : undefined,
    hoursOnlyBefore: horizon.hoursOnlyBefore > from ? Math.min(horizon.hoursOnlyBefore, to) : undefined,
  };
}

function check({ from, to, limit, resolutionMs }: SeriesInput): void {
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(limit >= 1 && limit <= POINTS_MAX)) throw invalid("first", `first has to be 1 to ${POINTS_MAX}.`);
  if (resolutionMs !== undefined && !(resolutionMs >= 1 && resolutionMs <= RESOLUTION_MAX_MS)) {
    throw invalid("resolution", "The resolution has to be a millisecond at least and a hundred years at most.");
  }
}
