/**
 * Generated healthy assets: what the curve of their rarity is made from, and what false alerts are counted on. An asset
 * has one or two loads, each one of the kinds of signals that plants have; its sensors go with them, some behind
 * others, and have something of their own. Its rows come every five minutes, every minute or every ten seconds. Equal
 * seeds give equal assets; none is an asset of the sample plant.
 */
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { type Draws, drawsOf, healthySignal, type Signal } from "./healthy_series.ts";

const BEGIN_MS = Date.UTC(2021, 2, 1);
const DAY_MS = 86_400_000;
/** Tells draws of assets from those of sensors. */
const ASSETS_FROM = 500_000;

export interface GeneratedAsset {
  readonly stepMs: number;
  /** Row by row. */
  readonly ts: Float64Array;
  /** A value a row, each. */
  readonly columns: readonly Float64Array[];
}

/**
 * The asset `number` of the fleet `seed`. `perDay`: rows a day of data time; one of those that there are when left out.
 */
export function healthyAsset(
  { seed, number, rows, perDay }: { seed: number; number: number; rows: number; perDay?: number },
): GeneratedAsset {
  const draws = drawsOf(seed, ASSETS_FROM + number);
  const drawn = draws.of([READINGS_PER_DAY, READINGS_PER_DAY, 1_440, 8_640]);
  const paced = perDay ?? drawn;
  const loads = Array.from({ length: draws.of([1, 1, 2]) }, () => healthySignal(draws));
  const sensors = Array.from({ length: draws.of([2, 2, 3, 4, 5, 8]) }, () => sensorOf(draws, loads.length));
  const columns = sensors.map(() => new Float64Array(rows));
  for (let i = 0; i < rows; i++) {
    // The signals go by the day of their own rows: here a day has more of them.
    const at = i * READINGS_PER_DAY / paced;
    const load = loads.map((signal) => signal(at));
    for (const [j, sensor] of sensors.entries()) columns[j][i] = sensor(load, at);
  }
  const stepMs = DAY_MS / paced;
  return { stepMs, ts: Float64Array.from({ length: rows }, (_, i) => BEGIN_MS + i * stepMs), columns };
}

function sensorOf(draws: Draws, loads: number): (load: readonly number[], at: number) => number {
  const of = Math.floor(draws.uniform(0, loads));
  const gain = draws.chance(0.15) ? 0 : draws.uniform(0.3, 2) * (draws.chance(0.8) ? 1 : -1);
  // A temperature comes behind its load.
  const follows = draws.chance(0.5) ? 1 : draws.uniform(0.02, 0.3);
  const own: Signal = draws.chance(0.3) ? healthySignal(draws) : () => 0;
  const size = draws.uniform(0.05, 0.6), memory = draws.of([0, 0.5, 0.9]), fresh = Math.sqrt(1 - memory * memory);
  const scale = 10 ** draws.uniform(-1, 2);
  const level = scale * draws.uniform(3, 60);
  const resolution = draws.chance(0.45) ? 0 : scale * draws.of([0.02, 0.1]);
  let held = 0, wander = 0;
  return (load, at) => {
    held += follows * (load[of] - held);
    wander = memory * wander + fresh * draws.normal();
    const exact = level + scale * (gain * held + 0.5 * own(at) + size * wander);
    return resolution === 0 ? exact : Math.round(exact / resolution) * resolution;
  };
}
