/**
 * Joins the readings of an asset's sensors, which arrive at their own times, into rows on aligned bins of time: the row
 * of a bin holds each sensor's mean in it. Bins are whole multiples of `binMs` since 1970, so any way of cutting the
 * same readings into batches gives the same rows.
 *
 * Causal: a bin is closed once a reading has come that is `lateMs` behind its end; what arrives for a closed bin is
 * refused as late, and counted. A sensor without a reading in a bin is NaN there, neither carried forward nor filled
 * in; a bin without any reading gives no row. So a gap is neither healthy nor faulty, whatever its length.
 */

export interface AssetBinSettings {
  readonly binMs: number;
  /** How far readings may arrive behind the newest one and still count; 0 for none. */
  readonly lateMs?: number;
}

export interface AssetRow {
  /** Start of the bin, ms. */
  readonly ts: number;
  /** One mean a sensor; NaN where it had no reading. */
  readonly values: Float64Array;
}

export interface AssetReading {
  /** The sensor's column, from 0. */
  readonly column: number;
  /** Data time, ms. */
  readonly ts: number;
  readonly value: number;
}

export interface AssetBins {
  /**
   * Takes one reading and returns the rows of the bins that it closes, oldest first. Throws a RangeError, with the
   * state untouched, on a time or value that is not finite or an unknown column.
   */
  push(reading: AssetReading): AssetRow[];
  /** The rows of all open bins, when no more readings are to come. */
  close(): AssetRow[];
  /** Readings refused because their bin was closed. */
  late(): number;
  /** The whole state as JSON text, bounded by the number of open bins. */
  encode(): string;
}

/** Plain data. */
interface OpenBin {
  readonly ts: number;
  readonly counts: number[];
  readonly means: number[];
}

interface BinState {
  readonly version: number;
  readonly columns: number;
  readonly binMs: number;
  readonly lateMs: number;
  /** Open bins, oldest first. */
  bins: OpenBin[];
  /** Time of the newest reading, null before the first. */
  newest: number | null;
  late: number;
}

const VERSION = 1;

/** At most this many bins are open at once. */
const MOST_OPEN_BINS = 1_000;

/** Joins the readings of `columns` sensors, in a fresh state. Throws a RangeError on settings out of bounds. */
export function createAssetBins(columns: number, { binMs, lateMs = 0 }: AssetBinSettings): AssetBins {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`Bins need at least one sensor, not ${columns}.`);
  if (!Number.isInteger(binMs) || binMs < 1) throw new RangeError(`binMs must be a whole number over 0, not ${binMs}.`);
  if (!(lateMs >= 0 && lateMs <= (MOST_OPEN_BINS - 2) * binMs)) {
    throw new RangeError(`lateMs must be from 0 to ${MOST_OPEN_BINS - 2} bins of ${binMs} ms, not ${lateMs}.`);
  }
  return binsOf({ version: VERSION, columns, binMs, lateMs, bins: [], newest: null, late: 0 });
}

/** The bins that `text` (of `encode`) stands for; undefined when it is of another version: begin anew then. */
export function resumeAssetBins(text: string): AssetBins | undefined {
  const state = JSON.parse(text) as BinState;
  return state.version === VERSION ? binsOf(state) : undefined;
}

function binsOf(state: BinState): AssetBins {
  return {
    push(reading) {
      requireReading(state, reading);
      if (!takeReading(state, reading)) return [];
      const { newest, lateMs, binMs } = state;
      return closeBins(state, (bin) => newest !== null && bin.ts + binMs + lateMs <= newest);
    },
    close: () => closeBins(state, () => true),
    late: () => state.late,
    encode: () => JSON.stringify(state),
  };
}

function requireReading({ columns }: BinState, { column, ts, value }: AssetReading): void {
  if (!Number.isInteger(column) || column < 0 || column >= columns) {
    throw new RangeError(`The asset has sensors 0 to ${columns - 1}, not ${column}.`);
  }
  if (!Number.isFinite(ts)) throw new RangeError(`A reading's time is a finite number of milliseconds, not ${ts}.`);
  if (!Number.isFinite(value)) throw new RangeError(`A reading is a finite number, not ${value}.`);
}

/** False when the reading's bin is closed. */
function takeReading(state: BinState, { column, ts, value }: AssetReading): boolean {
  const { binMs, lateMs, newest, columns, bins } = state;
  const start = Math.floor(ts / binMs) * binMs;
  if (newest !== null && start + binMs + lateMs <= newest) {
    state.late++;
    return false;
  }
  state.newest = Math.max(ts, newest ?? ts);
  let at = bins.length;
  while (at > 0 && bins[at - 1].ts > start) at--;
  if (at === 0 || bins[at - 1].ts !== start) {
    bins.splice(at, 0, { ts: start, counts: Array<number>(columns).fill(0), means: Array<number>(columns).fill(0) });
    at++;
  }
  const bin = bins[at - 1];
  const count = ++bin.counts[column];
  // Each part divided first, since the difference of two large numbers can be infinite.
  bin.means[column] += value / count - bin.means[column] / count;
  return true;
}

function closeBins(state: BinState, ended: (bin: OpenBin) => boolean): AssetRow[] {
  const closed = state.bins.filter(ended);
  if (closed.length > 0) state.bins = state.bins.filter((bin) => !ended(bin));
  return closed.map(({ ts, counts, means }) => ({
    ts,
    values: Float64Array.from(means, (mean, j) => counts[j] > 0 ? mean : NaN),
  }));
}
