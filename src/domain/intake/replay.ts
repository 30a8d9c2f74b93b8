/**
 * Replaying quarantine: readings that were not accepted are sent again, as they were sent the first time, once their
 * cause is gone (a unit was corrected, a range was widened, a sensor was registered).
 */
import { STATUS_GOOD } from "../plant/quality.ts";
import type { Columns } from "./batch.ts";
import type { QuarantineReason } from "./quarantine.ts";

/**
 * Reasons that nothing but a correction gets past: what is stored counts until somebody says that the other value is
 * right. A correction replays these alone, so that nothing is replaced by the way.
 */
export const CONFLICT_REASONS: readonly QuarantineReason[] = ["conflict_in_batch", "conflict_with_stored"];

interface RawReading {
  readonly sensor?: unknown;
  readonly time?: unknown;
  readonly value?: unknown;
  readonly unit?: unknown;
  readonly status?: unknown;
}

/** The readings as a batch; `raws` are texts as quarantine keeps them (`rawReading` in verdict.ts). */
export function replayColumns(raws: readonly string[], { correction }: { correction: boolean }): Columns {
  const readings = raws.map((raw) => JSON.parse(raw) as RawReading);
  const places = new Map<string, number>();
  const sensors: unknown[] = [];
  const units: unknown[] = [];
  const sensor = readings.map(({ sensor = null, unit = null }) => {
    // Values of one sensor that were sent in two units are two entries.
    const name = JSON.stringify([sensor, unit]);
    const place = places.get(name) ?? sensors.length;
    if (place === sensors.length) {
      places.set(name, place);
      sensors.push(sensor);
      units.push(unit);
    }
    return place;
  });
  return {
    sensors,
    sensor,
    time: readings.map(({ time = null }) => time),
    value: readings.map(({ value = null }) => value),
    ...readings.some(({ status }) => status != null)
      ? { status: readings.map(({ status }) => status ?? STATUS_GOOD) }
      : {},
    ...units.some((unit) => unit !== null) ? { units } : {},
    ...correction ? { correction } : {},
  };
}

/** How a reading of this sensor begins in quarantine: its key comes first in the text. */
export function rawPrefix(sensorKey: string): string {
  return `{"sensor":${JSON.stringify(sensorKey)},`;
}
