/**
 * The whole path: GraphQL mutation to alert, on this machine, as readings a second and as shares of what the store
 * alone can take.
 */
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { temporaryDatabase } from "../fixtures/engines.ts";
import { ask, INGEST_COLUMNS } from "../fixtures/graphql.ts";
import { openSse } from "../fixtures/sse.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";
import { rm } from "node:fs/promises";
import { processesUnder, type Usage } from "./processes.ts";
import { rawInsertRate } from "./raw_insert.ts";

const SENSORS = 100;

export interface Shape {
  /** Readings a batch. */
  readonly n: number;
  readonly sources: number;
  /** Batches of each source in flight. */
  readonly inFlight: number;
  /** Whether the sensors are on assets. */
  readonly assets?: boolean;
}

export const SHAPES: readonly Shape[] = [
  { n: 1_000, sources: 1, inFlight: 1 },
  { n: 1_000, sources: 4, inFlight: 1 },
  { n: 1_000, sources: 1, inFlight: 4 },
  { n: 5_000, sources: 1, inFlight: 1 },
  { n: 5_000, sources: 4, inFlight: 1 },
  { n: 5_000, sources: 1, inFlight: 4 },
];

export interface PipelineRow {
  readonly store: string;
  readonly shape: Shape;
  readonly readingsPerSecond: number;
  /** Share of the raw insert rate of the same store in the same run. */
  readonly share: number;
  readonly ackMs: readonly number[];
  readonly alertMs: readonly number[];
  readonly usage: readonly Usage[];
}

const ALERTS = "subscription { alerts { change alert { openedAt sensor { key } } } }";
const ENDS = `subscription { events(types: ["batch.processed", "batch.failed"]) { batch { number state } } }`;

interface BatchShape {
  readonly batch: number;
  readonly n: number;
  /** Data time of the first batch. */
  readonly beginMs?: number;
  /** Number of the sensor that has a spike; left out: the first one, every few batches. */
  readonly spikeOn?: number;
}

/** Columns of the `batch`-th batch of a source: 100 sensors in turn, one of them with a spike in its last row. */
export function columnsOf(source: string, { batch, n, beginMs = Date.UTC(2024, 0, 1), spikeOn }: BatchShape) {
  const perSensor = n / SENSORS;
  const rows = Array.from({ length: n }, (_, i) => i);
  const start = beginMs + batch * perSensor * 1_000;
  const spike = spikeOn !== undefined || batch % 10 === 9 ? 50 + 30 * batch : 0;
  const spikeRow = n - SENSORS + (spikeOn ?? 0);
  return {
    sensors: Array.from({ length: SENSORS }, (_, i) => `${source}-${i}`),
    sensor: rows.map((i) => i % SENSORS),
    time: rows.map((i) => start + Math.floor(i / SENSORS) * 1_000),
    value: rows.map((i) =>
      Math.round(1_000 * (20 + Math.sin((batch * n + i) / 500) + (i === spikeRow ? spike : 0))) / 1_000
    ),
  };
}

export interface BenchOptions {
  readonly databaseUrl?: string;
  readonly seconds: number;
  readonly shapes: readonly Shape[];
  /** Each shape twice: without assets, and with the sensors on assets of eight, all of them past their warm-up. */
  readonly assets?: boolean;
}

/**
 * Runs each shape for `seconds` against a fresh service, on the embedded store or on a fresh database of `databaseUrl`.
 */
export async function benchPipeline(
  { databaseUrl, seconds, shapes, assets = false }: BenchOptions,
): Promise<PipelineRow[]> {
  const rows: PipelineRow[] = [];
  const raw = await rawInsertRate(databaseUrl);
  const runs = shapes.flatMap((shape) => assets ? [{ ...shape, assets: false }, { ...shape, assets }] : [shape]);
  for (const shape of runs) {
    const database = databaseUrl === undefined ? undefined : await temporaryDatabase(databaseUrl);
    const home = await temporaryHome();
    const env = { MILLWRIGHT_LOG_LEVEL: "info", DATABASE_URL: database?.url ?? "" };
    const app = await startAppProcess(home, { env });
    if (shape.assets) await registerAssets(app.url, shape);
    const row = await measure(app, { shape, seconds });
    await app.end("SIGTERM");
    await rm(home, { recursive: true });
    await database?.drop();
    rows.push({
      ...row,
      store: databaseUrl === undefined ? "embedded" : "native",
      shape,
      share: row.readingsPerSecond / raw,
    });
    printRow(rows.at(-1)!);
  }
  return rows;
}

const REGISTER = `mutation ($asset: RegisterAssetInput!, $sensor: RegisterSensorInput!) {
  registerAsset(input: $asset) { __typename } registerSensor(input: $sensor) { __typename } }`;
const SENSORS_PER_ASSET = 8;

export async function registerAssets(url: string, { sources }: Shape): Promise<void> {
  for (let source = 0; source < sources; source++) {
    for (let i = 0; i < SENSORS; i++) {
      const asset = `s${source}/${Math.floor(i / SENSORS_PER_ASSET)}`;
      await ask(url, REGISTER, { asset: { key: asset }, sensor: { key: `s${source}-${i}`, assetKey: asset } });
    }
  }
}

export type Measured = Pick<PipelineRow, "readingsPerSecond" | "ackMs" | "alertMs" | "usage">;

export interface MeasureOptions {
  readonly shape: Shape;
  readonly seconds: number;
  /** Goes on behind batches that an earlier measurement has sent; it is changed. */
  readonly state?: DriveState;
}

/** `prefix` tells its sources and sensors from those of other states: what a sensor has seen decides what alerts. */
export function freshState({ sources }: Shape, prefix = "s"): DriveState {
  return { prefix, next: Array<number>(sources).fill(0), ackMs: [] };
}

export async function measure(
  app: AppProcess,
  { shape, seconds, state = freshState(shape) }: MeasureOptions,
): Promise<Measured> {
  const stream = await openSse(app.url, ALERTS);
  const sentAtMs = new Map<string, number>();
  const alertMs: number[] = [];
  const listening = (async () => {
    for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
      const { change, alert } = message.data.data.alerts;
      if (alert.sensor === null) continue;
      const sent = sentAtMs.get(`${alert.sensor.key.split("-")[0]} ${Date.parse(alert.openedAt)}`);
      if (change === "OPENED" && sent !== undefined) alertMs.push(performance.now() - sent);
    }
  })().catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
  // Before the clock starts: sensors registered, code compiled, detectors past their warm-up.
  const perSensor = shape.assets === undefined ? 200 : ASSET_WARM_UP;
  const warmUp = Math.max(...state.next) + Math.ceil(perSensor * SENSORS / shape.n);
  await drive(app.url, shape, { state, sentAtMs, until: (source) => state.next[source] >= warmUp });
  if (shape.assets) await assetsJudged(app.url);
  state.ackMs.length = 0;
  alertMs.length = 0;
  const before = await processesUnder(app.pid);
  const beganMs = performance.now();
  const readings = await drive(app.url, shape, {
    state,
    sentAtMs,
    until: () => performance.now() - beganMs > seconds * 1_000,
  });
  const tookMs = performance.now() - beganMs;
  const usage = (await processesUnder(app.pid)).map((now) => {
    const cpuMs = now.cpuMs - (before.find(({ pid }) => pid === now.pid)?.cpuMs ?? 0);
    return { ...now, cpuMs, cpuShare: cpuMs / tookMs };
  });
  await stream.close();
  await listening;
  return { readingsPerSecond: readings / tookMs * 1_000, ackMs: state.ackMs, alertMs, usage };
}

/** Readings of a sensor until the last model of its asset has been fitted. */
const ASSET_WARM_UP = 2_050;

/** Resolves when no asset's rows are behind: else the fits of all of them would be measured too. */
async function assetsJudged(url: string): Promise<void> {
  await until("the assets to be judged", async () => {
    const { assets } = await ask(url, `{ assets(first: 500) { edges { node { detection { rows } } } } }`);
    return assets.edges.every(({ node }: { node: { detection: { rows: number } } }) => node.detection.rows >= 2_000) ||
      undefined;
  }, 120_000);
}

export interface DriveState {
  readonly prefix: string;
  /** Data time of the first reading; left out: some years ago. */
  readonly beginMs?: number;
  readonly next: number[];
  readonly ackMs: number[];
}

interface Driving {
  readonly state: DriveState;
  readonly sentAtMs: Map<string, number>;
  readonly until: (source: number) => boolean;
}

/**
 * A closed loop per place in flight: a batch is sent when an earlier one has been processed. Answers the readings of
 * finished batches.
 */
export async function drive(
  url: string,
  { n, sources, inFlight }: Shape,
  { state, sentAtMs, until: done }: Driving,
): Promise<number> {
  let readings = 0;
  const ends = await watchEnds(url);
  const lane = async (source: number) => {
    const key = `${state.prefix}${source}`;
    while (!done(source)) {
      const batch = state.next[source]++;
      const columns = columnsOf(key, { batch, n, beginMs: state.beginMs });
      const spikeAt = columns.time[n - SENSORS];
      const body = { input: { source: key, idempotencyKey: `${key}-${batch}`, ...columns } };
      const sentMs = performance.now();
      sentAtMs.set(`${key} ${spikeAt}`, sentMs);
      const { result } = await ask(url, INGEST_COLUMNS.replace("quarantine { index reason detail raw }", ""), body);
      state.ackMs.push(performance.now() - sentMs);
      await ends.of(result.batch.number);
      readings += n;
    }
  };
  try {
    await Promise.all(Array.from({ length: sources * inFlight }, (_, i) => lane(i % sources)));
  } finally {
    await ends.close();
  }
  return readings;
}

interface Ends {
  /** Resolves when the batch has been processed; throws when it has failed, and when nothing is heard for a minute. */
  of(number: number): Promise<void>;
  close(): Promise<void>;
}

/** One subscription for all lanes: asking again and again whether a batch is done would cost more than the batch. */
async function watchEnds(url: string): Promise<Ends> {
  const stream = await openSse(url, ENDS);
  const ended = new Map<number, PromiseWithResolvers<void>>();
  const of = (number: number) => {
    const known = ended.get(number) ?? Promise.withResolvers<void>();
    ended.set(number, known);
    return known;
  };
  const listening = (async () => {
    for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
      const { number, state } = message.data.data.events.batch;
      if (state === "PROCESSED") of(number).resolve();
      else of(number).reject(new Error(`batch ${number} has ${state}`));
    }
  })().catch((error: Error) => {
    if (error.name !== "AbortError") { for (const { reject } of ended.values()) reject(error); }
  });
  return {
    of: (number) => within(`batch ${number}`, of(number).promise, 60_000),
    async close() {
      await stream.close();
      await listening;
    },
  };
}

export function percentile(values: readonly number[], share: number): string {
  if (values.length === 0) return "-";
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);
}

export const HEADER =
  "store     N x sources x in flight  readings/s  of raw  ack p50/p99 ms  alert p50/p99 ms  CPU and memory of each process";

function printRow({ store, shape, readingsPerSecond, share, ackMs, alertMs, usage }: PipelineRow): void {
  const name = `${shape.n} x ${shape.sources} x ${shape.inFlight}${shape.assets ? " assets" : ""}`;
  const parts = usage.map(({ name, cpuShare, rssMb }) =>
    `${name} ${(100 * (cpuShare ?? 0)).toFixed(0)} % ${rssMb.toFixed(0)} MB`
  ).join(", ");
  const both = (values: readonly number[]) => `${percentile(values, 0.5)}/${percentile(values, 0.99)}`;
  console.log(
    `${store.padEnd(9)} ${name.padEnd(24)} ${Math.round(readingsPerSecond).toString().padStart(9)}  ${
      share.toFixed(2).padStart(6)
    }  ` +
      `${both(ackMs).padStart(14)}  ${both(alertMs).padStart(16)}  ${parts}`,
  );
}
