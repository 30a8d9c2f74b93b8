/**
 * A reading is one sensor, one instant, one value and one quality. Readings travel as parallel columns, because a batch
 * of thousands of small objects costs more to build and collect than to judge.
 */

/** Readings of one sensor, in strictly increasing data time. All columns have the same length. */
export interface Series {
  /** Milliseconds since 1970-01-01T00:00:00Z, in the source's clock. */
  readonly ts: Float64Array;
  /** Values in the sensor's own unit; always finite. */
  readonly value: Float64Array;
  /** OPC UA status codes (see quality.ts); never of bad quality. */
  readonly status: Uint32Array;
}
