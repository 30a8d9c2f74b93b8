/** Sends the sample plant to a gateway, over HTTP alone: what it is, its history, and then what happens. */
import { type SamplePlant, samplePlant, type SampleReading } from "../evaluation/sample_plant.ts";
import { type GatewayAddress, request } from "./graphql_client.ts";

const READINGS_PER_BATCH = 3_000;
export const INTERVAL_MS = 60_000;
export const HISTORY_DAYS = 5;

const REGISTER_ASSET =
  `mutation ($input: RegisterAssetInput!) { result: registerAsset(input: $input) { ... on Error { message } } }`;
const REGISTER_SENSOR =
  `mutation ($input: RegisterSensorInput!) { result: registerSensor(input: $input) { ... on Error { message } } }`;
const INGEST =
  `mutation ($input: IngestColumnsInput!) { result: ingestColumns(input: $input) { ... on Error { message } } }`;

/** Of a sensor without faults. */
const LAST = `{ sensor(key: "pump-7.current") { last { time } } }`;

interface LastAnswer {
  readonly sensor: { readonly last: { readonly time: string } | null } | null;
}

export interface PlantFeedOptions {
  readonly gateway: GatewayAddress;
  readonly seed: number;
  /** End of the history (ms); what comes behind it is sent when its time has come. */
  readonly nowMs: number;
  readonly days: number;
  readonly signal: AbortSignal;
}

/** Registers everything, and answers what sends the readings. Throws what the gateway refuses. */
export async function createPlantFeed({ gateway, seed, nowMs, days, signal }: PlantFeedOptions) {
  const to = Math.floor(nowMs / INTERVAL_MS) * INTERVAL_MS;
  // What was sent before stays: a plant that is there already goes on behind its newest reading.
  const { sensor } = await request<LastAnswer>(gateway, LAST, {});
  const lastMs = sensor?.last == null ? -Infinity : Date.parse(sensor.last.time);
  const from = Math.max(to - days * 86_400_000, lastMs + INTERVAL_MS);
  const plant = samplePlant({ seed, from, to, intervalMs: INTERVAL_MS });
  const { send } = await describe(gateway, plant);
  const instants = Math.round((to - from) / INTERVAL_MS);
  return {
    /** Sends the history in data time, and resolves when all of it has been accepted. */
    async sendHistory(onSent: (readings: number) => void = () => {}): Promise<void> {
      const waiting = new Map<string, SampleReading[]>();
      let sent = 0;
      for (let i = 0; i <= instants && !signal.aborted; i++) {
        for (const reading of plant.next()) {
          const rows = waiting.get(reading.sensor.source) ?? [];
          waiting.set(reading.sensor.source, rows);
          rows.push(reading);
        }
        for (const [source, rows] of waiting) {
          if (rows.length < READINGS_PER_BATCH && i < instants || rows.length === 0) continue;
          const part = rows.splice(0);
          await send(source, part);
          onSent(sent += part.length);
        }
      }
    },

    /** Sends what happens from then on, each instant when its time has come, until the signal. */
    async sendLive(now: () => number): Promise<void> {
      for (let readings = plant.next(); !signal.aborted; readings = plant.next()) {
        const ts = readings[0]?.ts ?? now() + INTERVAL_MS;
        await pause(Math.max(0, ts - now()), signal);
        if (signal.aborted) return;
        for (const [source, rows] of Map.groupBy(readings, (reading) => reading.sensor.source)) {
          await send(source, rows);
        }
      }
    },
  };
}

async function describe(gateway: GatewayAddress, plant: SamplePlant) {
  const did = async (query: string, input: unknown) => {
    const { result } = await request<{ result: { message?: string } }>(gateway, query, { input });
    if (result.message !== undefined) throw new Error(`The sample plant was refused: ${result.message}`);
  };
  for (const asset of plant.assets) await did(REGISTER_ASSET, asset);
  for (const { source: _, ...sensor } of plant.sensors) {
    await did(REGISTER_SENSOR, { ...sensor, expectedIntervalMs: INTERVAL_MS });
  }
  return {
    async send(source: string, rows: readonly SampleReading[]): Promise<void> {
      const sensors = [...new Set(rows.map((row) => row.sensor.key))];
      await did(INGEST, {
        source,
        // The same readings have the same name, so that sending them twice does nothing.
        idempotencyKey: `sample-${rows[0].ts}-${rows.length}`,
        sensors,
        sensor: rows.map((row) => sensors.indexOf(row.sensor.key)),
        time: rows.map(({ ts }) => ts),
        value: rows.map(({ value }) => value),
      });
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
