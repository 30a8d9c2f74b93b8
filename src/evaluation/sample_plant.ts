/**
 * A plant that does not exist, for demonstrations and tests: lines with machines whose sensors go with the machine's
 * load and the time of day, and with the faults that are common in plants. The same seed gives the same readings.
 */
import type { Criticality } from "../domain/plant/asset.ts";
import { seededRandom } from "../domain/detection/stats/random.ts";

export interface SampleAsset {
  readonly key: string;
  readonly name: string;
  readonly parentKey?: string;
  readonly criticality: Criticality;
  readonly level: number;
}

export interface SampleSensor {
  readonly key: string;
  readonly name: string;
  readonly assetKey: string;
  /** Who sends it. */
  readonly source: string;
  readonly quantity: string;
  readonly unit: string;
  readonly rangeMin: number;
  readonly rangeMax: number;
}

/** `value` is whatever a faulty transmitter sends: it may be no number at all. */
export interface SampleReading {
  readonly sensor: SampleSensor;
  readonly ts: number;
  readonly value: unknown;
}

export interface SampleFault {
  readonly sensor: string;
  readonly kind: "level shift" | "drift" | "spikes" | "flatline" | "noise" | "dropout" | "bad readings" | "new sensor";
  /** Hours before the end of the history at which it begins and ends; an end below 0 lasts on. */
  readonly fromHours: number;
  readonly toHours: number;
}

/** [key, name, parent, criticality, ISO 14224 level] */
const ASSETS: readonly [string, string, string | undefined, Criticality, number][] = [
  ["line-1", "Line 1", undefined, "A", 4],
  ["pump-7", "Pump 7", "line-1", "A", 6],
  ["conveyor-2", "Conveyor 2", "line-1", "B", 6],
  ["line-2", "Line 2", undefined, "B", 4],
  ["fan-3", "Fan 3", "line-2", "B", 6],
  ["compressor-1", "Compressor 1", "line-2", "A", 6],
  ["utilities", "Utilities", undefined, "C", 4],
  ["cooling-tower", "Cooling tower", "utilities", "C", 6],
];

interface Channel {
  readonly about: readonly [key: string, name: string, assetKey: string, quantity: string, unit: string];
  readonly range: readonly [min: number, max: number];
  /** Value without load, what full load adds, what a day adds, and the deviation of its noise. */
  readonly level: number;
  readonly load: number;
  readonly day: number;
  readonly noise: number;
}

const CHANNELS: readonly Channel[] = [
  channel("pump-7.bearing", "Bearing temperature", "pump-7", "temperature", "Cel", [-20, 150], [48, 9, 2, 0.4]),
  channel("pump-7.vibration", "Vibration", "pump-7", "vibration_velocity", "mm/s", [0, 60], [1.8, 0.7, 0, 0.12]),
  channel("pump-7.current", "Motor current", "pump-7", "current", "A", [0, 120], [31, 22, 0, 0.6]),
  channel("pump-7.pressure", "Discharge pressure", "pump-7", "pressure", "bar", [0, 40], [11, 4, 0, 0.15]),
  channel("pump-7.seal", "Seal temperature", "pump-7", "temperature", "Cel", [-20, 150], [39, 5, 1, 0.3]),
  channel("conveyor-2.gearbox", "Gearbox temperature", "conveyor-2", "temperature", "Cel", [-20, 150], [
    44,
    12,
    2,
    0.5,
  ]),
  channel("conveyor-2.current", "Motor current", "conveyor-2", "current", "A", [0, 90], [18, 13, 0, 0.5]),
  channel("fan-3.bearing", "Bearing temperature", "fan-3", "temperature", "Cel", [-20, 150], [41, 6, 3, 0.4]),
  channel("fan-3.vibration", "Vibration", "fan-3", "vibration_velocity", "mm/s", [0, 60], [2.4, 0.5, 0, 0.15]),
  channel("fan-3.speed", "Speed", "fan-3", "speed", "/min", [0, 3_600], [1_420, 60, 0, 2]),
  channel("compressor-1.discharge", "Discharge temperature", "compressor-1", "temperature", "Cel", [-20, 250], [
    88,
    14,
    3,
    0.7,
  ]),
  channel("compressor-1.pressure", "Discharge pressure", "compressor-1", "pressure", "bar", [0, 16], [
    7.2,
    0.5,
    0,
    0.05,
  ]),
  channel("compressor-1.flow", "Flow", "compressor-1", "flow", "m3/h", [0, 900], [410, 160, 0, 5]),
  channel("cooling-tower.supply", "Supply temperature", "cooling-tower", "temperature", "Cel", [-20, 90], [
    21,
    2,
    3,
    0.2,
  ]),
  channel("cooling-tower.flow", "Flow", "cooling-tower", "flow", "m3/h", [0, 600], [240, 25, 0, 3]),
];

function channel(
  key: string,
  name: string,
  asset: string,
  quantity: string,
  unit: string,
  range: readonly [number, number],
  [level, load, day, noise]: readonly [number, number, number, number],
): Channel {
  return { about: [key, name, asset, quantity, unit], range, level, load, day, noise };
}

export const SAMPLE_FAULTS: readonly SampleFault[] = [
  { sensor: "conveyor-2.current", kind: "spikes", fromHours: 52, toHours: 50 },
  { sensor: "fan-3.speed", kind: "flatline", fromHours: 40, toHours: 37 },
  { sensor: "fan-3.vibration", kind: "noise", fromHours: 30, toHours: 24 },
  { sensor: "pump-7.bearing", kind: "level shift", fromHours: 56, toHours: 54 },
  { sensor: "compressor-1.discharge", kind: "drift", fromHours: 20, toHours: -1 },
  { sensor: "conveyor-2.gearbox", kind: "bad readings", fromHours: 9, toHours: 8 },
  { sensor: "pump-7.seal", kind: "new sensor", fromHours: 3, toHours: -1 },
  { sensor: "cooling-tower.flow", kind: "dropout", fromHours: 2, toHours: -1 },
  { sensor: "pump-7.vibration", kind: "drift", fromHours: 1.5, toHours: -1 },
  { sensor: "pump-7.bearing", kind: "level shift", fromHours: 0.5, toHours: -1 },
];

export interface SampleOptions {
  readonly seed: number;
  /** Data times in ms: of the first reading, and of the end of the history, by which faults are placed. */
  readonly from: number;
  readonly to: number;
  readonly intervalMs: number;
  /** SAMPLE_FAULTS when left out; none: a healthy plant. */
  readonly faults?: readonly SampleFault[];
}

export interface SamplePlant {
  readonly assets: readonly SampleAsset[];
  readonly sensors: readonly SampleSensor[];
  /** The readings of the next instant; it goes on behind the end of the history. */
  next(): SampleReading[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function samplePlant({ seed, from, to, intervalMs, faults = SAMPLE_FAULTS }: SampleOptions): SamplePlant {
  const random = seededRandom(seed);
  const sensors = CHANNELS.map(toSensor);
  const loads = new Map(ASSETS.map(([key]) => [key, 0.5]));
  const wander = CHANNELS.map(() => 0);
  let stuck: number | undefined;
  let ts = from - intervalMs;
  return {
    assets: ASSETS.map(([key, name, parentKey, criticality, level]) => ({ key, name, parentKey, criticality, level })),
    sensors,
    next() {
      ts += intervalMs;
      const hoursLeft = (to - ts) / HOUR_MS;
      const day = Math.sin(2 * Math.PI * (ts % DAY_MS) / DAY_MS - 2.2);
      // Machines work harder by day, and each at its own pace.
      for (const [key, load] of loads) {
        const wanted = 0.55 + 0.25 * day;
        loads.set(key, Math.min(Math.max(load + 0.02 * (wanted - load) + 0.01 * gauss(random), 0), 1));
      }
      return CHANNELS.flatMap((channel, i) => {
        wander[i] = 0.9 * wander[i] + 0.45 * gauss(random);
        const sensor = sensors[i];
        const load = loads.get(sensor.assetKey)!;
        const usual = channel.level + channel.load * load + channel.day * day +
          channel.noise * (wander[i] + 0.5 * gauss(random));
        let value: unknown = usual;
        for (const fault of faults) {
          if (fault.sensor !== sensor.key || hoursLeft > fault.fromHours) {
            if (fault.sensor === sensor.key && fault.kind === "new sensor") return [];
            continue;
          }
          if (hoursLeft < fault.toHours) continue;
          if (fault.kind === "dropout") return [];
          if (fault.kind === "flatline") value = stuck ??= usual;
          else value = faulty(fault, { channel, usual, random, since: fault.fromHours - hoursLeft });
        }
        return [{ sensor, ts, value: typeof value === "number" ? Number(value.toPrecision(6)) : value }];
      });
    },
  };
}

interface Faulty {
  readonly channel: Channel;
  readonly usual: number;
  readonly random: () => number;
  /** Hours since it began. */
  readonly since: number;
}

function faulty({ kind }: SampleFault, { channel, usual, random, since }: Faulty): unknown {
  const size = channel.noise;
  switch (kind) {
    case "level shift":
      return usual + 24 * size * Math.min(1, since * 12);
    case "drift":
      return usual + 10 * size * Math.min(since / 2, 3);
    case "spikes":
      return random() < 0.03 ? usual + 25 * size : usual;
    case "noise":
      return usual + 5 * size * gauss(random);
    case "bad readings":
      return random() < 0.2 ? ["NaN", 9_999, null][Math.floor(3 * random())] : usual;
    default:
      return usual;
  }
}

function toSensor(
  { about: [key, name, assetKey, quantity, unit], range: [rangeMin, rangeMax] }: Channel,
): SampleSensor {
  const line = ASSETS.find(([asset]) => asset === assetKey)![2];
  return { key, name, assetKey, source: `gateway-${line}`, quantity, unit, rangeMin, rangeMax };
}

/** Normally distributed with deviation 1 (Box and Muller). */
function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
