/** The parts of a fleet: labelled series as sensors, and generated healthy ones. */
import { healthySeries } from "./healthy_series.ts";
import { readNab } from "./nab_files.ts";
import { readSkab, type SkabSeries } from "./skab_files.ts";

export interface FleetSensor {
  /** What its windows belong to: itself, or its asset. */
  readonly unit: string;
  readonly ts: Float64Array;
  readonly value: Float64Array;
  /** Inclusive pairs of rows. */
  readonly windows: readonly (readonly [number, number])[];
}

/** Each file is a sensor with its own windows. */
export async function nabFleet(folder: string): Promise<FleetSensor[]> {
  return (await readNab(folder)).map(({ name, ...series }) => ({ ...series, unit: `nab/${name}` }));
}

/** Each column is a sensor; a file is an asset, its window from its first anomalous row to its last. */
export async function skabFleet(folder: string): Promise<FleetSensor[]> {
  return (await readSkab(folder, { unlabelled: true })).flatMap(columnsOf);
}

function columnsOf({ name, sensors, ts, values, anomaly }: SkabSeries): FleetSensor[] {
  const window = [anomaly.indexOf(1), anomaly.lastIndexOf(1)] as const;
  const windows = window[0] < 0 ? [] : [window];
  return sensors.map((_, column) => ({
    unit: `skab/${name}`,
    ts,
    value: Float64Array.from(ts, (_, row) => values[row * sensors.length + column]),
    windows,
  }));
}

export interface HealthyFleet {
  readonly seed: number;
  readonly sensors: number;
  readonly readings: number;
}

export function healthyFleet({ seed, sensors, readings }: HealthyFleet): FleetSensor[] {
  return Array.from({ length: sensors }, (_, number) => ({
    unit: `healthy/${seed}/${number}`,
    ...healthySeries({ seed, number, readings }),
    windows: [],
  }));
}
