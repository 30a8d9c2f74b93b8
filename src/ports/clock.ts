/**
 * The wall clock, for the edges: receipt times come from the store, data times from readings, workflow times from
 * Temporal.
 */
export interface Clock {
  nowMs(): number;
}
