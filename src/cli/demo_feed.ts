/** A client of the gateway, over HTTP alone: sends a series in batches and follows the alerts of its sensor. */
import { readFile } from "node:fs/promises";
import { encodeCursor } from "../domain/cursor.ts";
import { type GatewayAddress, request, type SseEvent, subscribe } from "./graphql_client.ts";

const READINGS_PER_BATCH = 500;
const POLL_MS = 150;
const SENSOR = "machine-temperature";
const ASSET = "machine-1";

const REGISTER = `mutation ($asset: RegisterAssetInput!, $sensor: RegisterSensorInput!) {
  registerAsset(input: $asset) { ... on Error { message } }
  registerSensor(input: $sensor) { ... on Error { message } }
}`;

const INGEST = `mutation ($input: IngestColumnsInput!) {
  ingestColumns(input: $input) {
    ... on IngestBatchPayload { batch { number } }
    ... on Error { message }
  }
}`;

const SOURCE = "demo";
const BATCHES = `query ($first: Int!) {
  batches(first: $first, source: "${SOURCE}") { edges { node { idempotencyKey state stored duplicates quarantined late } } }
}`;

const ALERTS = `subscription ($after: String) {
  alerts(after: $after) { cursor change alert { severity reason openedAt sensor { key } } }
}`;

const COUNT = `query ($sensor: String!) { alerts(sensor: $sensor, first: 1000) { edges { node { openedAt } } } }`;

export interface DemoAlert {
  readonly severity: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly openedAt: string;
}

interface Counts {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly late: number;
}

interface BatchNode extends Counts {
  readonly idempotencyKey: string;
  readonly state: string;
}

export interface Sent {
  readonly processed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly counts: Counts;
}

/** Registers the sensor and cuts the series into batches. */
export async function createDemoFeed(gateway: GatewayAddress, { file, signal }: { file: string; signal: AbortSignal }) {
  const rows = (await readFile(file, "utf8")).trim().split("\n").slice(1).map((line) => line.split(","));
  const batches = Math.ceil(rows.length / READINGS_PER_BATCH);
  await request(gateway, REGISTER, {
    asset: { key: ASSET, name: "Machine with a history", criticality: "B", level: 6 },
    sensor: { key: SENSOR, assetKey: ASSET, quantity: "temperature", unit: "[degF]" },
  });

  async function sendOne(number: number): Promise<void> {
    const part = rows.slice(number * READINGS_PER_BATCH, (number + 1) * READINGS_PER_BATCH);
    const input = {
      source: SOURCE,
      idempotencyKey: `demo-${number}`,
      sensors: [SENSOR],
      sensor: part.map(() => 0),
      time: part.map(([time]) => `${time.replace(" ", "T")}Z`),
      value: part.map(([, value]) => Number(value)),
    };
    const { ingestColumns } = await request<{ ingestColumns: { message?: string } }>(gateway, INGEST, { input });
    if (ingestColumns.message !== undefined) {
      throw new Error(`batch ${number + 1} was refused: ${ingestColumns.message}`);
    }
  }

  /** The feed's batches as they are now. */
  async function look(): Promise<BatchNode[]> {
    type Answer = { batches: { edges: { node: BatchNode }[] } };
    const { batches: { edges } } = await request<Answer>(gateway, BATCHES, { first: batches });
    return edges.map(({ node }) => node);
  }

  return {
    readings: rows.length,
    batches,

    /** Calls `onAlert` for each alert of the sensor that is opened from now on. */
    follow(onAlert: (alert: DemoAlert) => void) {
      const stop = new AbortController();
      const ended = followAlerts({ gateway, onAlert, signal: AbortSignal.any([signal, stop.signal]) });
      return {
        async stop() {
          stop.abort();
          await ended;
        },
      };
    },

    /** Sends everything in data time, as fast as it is accepted, and resolves when all of it has been processed. */
    async send(onProgress: (done: number, readingsPerSecond: number) => void): Promise<Sent> {
      const beganMs = performance.now();
      const seconds = () => (performance.now() - beganMs) / 1_000;
      for (let number = 0; number < batches && !signal.aborted; number++) await sendOne(number);
      while (true) {
        const nodes = await look();
        const ended = nodes.filter(({ state }) => state === "PROCESSED" || state === "FAILED");
        onProgress(ended.length, ended.length * READINGS_PER_BATCH / seconds());
        if (ended.length === batches || signal.aborted) return summary(ended, seconds());
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },

    /** Resolves when the subscription has brought every alert of the sensor that is stored, or after some seconds. */
    async settled(seen: () => number): Promise<void> {
      for (let attempt = 0; attempt < 50 && !signal.aborted; attempt++) {
        const { alerts } = await request<{ alerts: { edges: unknown[] } }>(gateway, COUNT, { sensor: SENSOR });
        if (seen() >= alerts.edges.length) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Following begins with the first event there is, so that a second demo on the same store shows its alerts too. */
const FROM_THE_BEGINNING = encodeCursor(0);

function summary(ended: readonly BatchNode[], seconds: number): Sent {
  const sum = (name: keyof Counts) => ended.reduce((total, batch) => total + batch[name], 0);
  const processed = ended.filter(({ state }) => state === "PROCESSED").length;
  const counts = {
    stored: sum("stored"),
    duplicates: sum("duplicates"),
    quarantined: sum("quarantined"),
    late: sum("late"),
  };
  return { processed, failed: ended.length - processed, seconds, counts };
}

interface Following {
  readonly gateway: GatewayAddress;
  readonly onAlert: (alert: DemoAlert) => void;
  readonly signal: AbortSignal;
}

async function followAlerts({ gateway, onAlert, signal }: Following): Promise<void> {
  type Event = { alerts: { change: string; alert: DemoAlert & { sensor: { key: string } } } };
  for await (
    const { data } of subscribe(gateway, {
      query: ALERTS,
      variables: { after: FROM_THE_BEGINNING },
      signal,
    }) as AsyncIterable<SseEvent<Event>>
  ) {
    if (data?.alerts.change === "OPENED" && data.alerts.alert.sensor?.key === SENSOR) onAlert(data.alerts.alert);
  }
}
