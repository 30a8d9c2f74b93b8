/**
 * Counters (energy, running hours, pieces): what is judged is how fast they count. A counter itself is always outside
 * its past range.
 */

/** The newest reading of a counter. */
export interface CounterState {
  ts?: number;
  value?: number;
}

const HOUR_MS = 3_600_000;

/**
 * The rate an hour since the reading before, which `value` then replaces. None for a first reading, and where the
 * counter has fallen: it was reset or exchanged, and how much it had counted by then nobody knows.
 */
export function takeCount(counter: CounterState, ts: number, value: number): number | undefined {
  const { ts: from, value: before } = counter;
  counter.ts = ts;
  counter.value = value;
  if (from === undefined || before === undefined || ts <= from || value < before) return undefined;
  return (value - before) / (ts - from) * HOUR_MS;
}
