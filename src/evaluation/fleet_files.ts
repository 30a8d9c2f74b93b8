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

/**
 * Each column is a sensor; a file is an asset, its window from its first anomalous row to its last. The files are a
 * quarter of an hour at a reading a second, in which windows of hours never fill.
 */
export async function skabFleet(folder: string): Promise<FleetSensor[]> {
  return (await readSkab(folder, { unlabelled: true })).flatMap(columnsOf);
}

const FIVE_MINUTES_MS = 300_000;

/** The same sensors with their readings five minutes apart: at the pace that sensor-days are counted by. */
export function fiveMinutesApart(fleet: readonly FleetSensor[]): FleetSensor[] {
  return fleet.map((sensor) => ({ ...sensor, ts: sensor.ts.map((_, row) => sensor.ts[0] + row * FIVE_MINUTES_MS) }));
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
