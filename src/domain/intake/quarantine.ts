/** Quarantine keeps the readings that were not accepted, as they were sent and with the reason. */
import type { BatchId } from "./batch.ts";

/** Each reason with what it means and what its sender can do, for the API's descriptions and the docs. */
export const QUARANTINE_REASONS = {
  invalid_sensor: "The reading names no sensor, or its key is no key: empty, too long, or with control characters.",
  unknown_sensor: "No sensor has this key, and the tenant does not register new ones or has no room for more.",
  retired_sensor: "The sensor is retired. Register it again if it is back in use.",
  unknown_unit: "The unit that was sent with the value is not a UCUM code.",
  incommensurable_unit: "The unit that was sent with the value measures something else than the sensor's own.",
  not_a_number: "The value is not a finite number.",
  outside_physical_range: "The value is outside the range that the sensor can physically show.",
  unreadable_timestamp: "The time is neither RFC 3339 text with a zone nor milliseconds since 1970.",
  too_old:
    "The time is before 1990: a clock that was never set; or before what is kept of readings, as the detail says.",
  in_the_future: "The time is further ahead of the receipt than is allowed: a clock that runs ahead, or a wrong zone.",
  bad_quality: "The OPC UA status code is of bad quality.",
  unreadable_status: "The status is not an OPC UA status code, 0 to 4294967295.",
  conflict_in_batch:
    "Another reading of the batch has the same sensor and time, and another value: the first one counts.",
  conflict_with_stored:
    "A batch that was accepted earlier brought another value for this sensor and time: that one counts.",
} as const;
export type QuarantineReason = keyof typeof QUARANTINE_REASONS;

export interface Quarantined {
  /** Place of the reading in its batch, from 0. */
  readonly index: number;
  readonly reason: QuarantineReason;
  readonly detail: string;
  /** The reading as it was sent, as JSON text. */
  readonly raw: string;
}

/** The same as it is kept. */
export interface KeptReading extends Quarantined {
  /** The batch that it was sent again with; undefined: it is still in quarantine. */
  readonly replayedBy: BatchId | undefined;
  readonly replayedAt: number | undefined;
}
