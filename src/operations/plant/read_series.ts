/** Readings of a sensor over a range, as stored or in buckets of time. */
import { invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";

export const POINTS_MAX = 10_000;

export interface SeriesInput {
  readonly sensorKey: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** Width of the buckets; left out: each reading by itself. */
  readonly resolutionMs: number | undefined;
  readonly limit: number;
}

/** One reading, or one bucket: then `value` is the mean. */
export interface SeriesPoint {
  readonly ts: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** OPC UA status code; undefined for a bucket. */
  readonly status: number | undefined;
}

/** Points in time order; `truncated` when there are more than `limit`. Throws invalid and not found. */
export async function readSeries(
  scope: Pick<Scope, "store" | "tenant">,
  input: SeriesInput,
): Promise<{ points: SeriesPoint[]; truncated: boolean }> {
  const { from, to, limit, resolutionMs } = input;
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(limit >= 1 && limit <= POINTS_MAX)) throw invalid("first", `first has to be 1 to ${POINTS_MAX}.`);
  const [sensor] = await scope.store.sensors.byKeys(scope.tenant.id, [input.sensorKey]);
  if (sensor === undefined) {
    throw notFound("sensor", `There is no sensor with the key ${JSON.stringify(input.sensorKey)}.`);
  }
  const points = resolutionMs === undefined
    ? await eachReading(scope, { sensorId: sensor.id, range: { from, to, limit: limit + 1 } })
    : (await scope.store.readings.buckets(scope.tenant.id, sensor.id, { from, to, resolutionMs, limit: limit + 1 }))
      .map(({ mean, ...bucket }) => ({ ...bucket, value: mean, status: undefined }));
  return { points: points.slice(0, limit), truncated: points.length > limit };
}

async function eachReading(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorId, range }: {
    sensorId: Parameters<Scope["store"]["readings"]["series"]>[1];
    range: { from: number; to: number; limit: number };
  },
): Promise<SeriesPoint[]> {
  const { ts, value, status } = await scope.store.readings.series(scope.tenant.id, sensorId, range);
  return Array.from(
    ts,
    (at, i) => ({ ts: at, value: value[i], min: value[i], max: value[i], count: 1, status: status[i] }),
  );
}
