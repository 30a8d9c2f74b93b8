/**
 * What people wait for, and how much room things take, with more and more stored: the last may not be much slower than
 * the first.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS } from "../../src/domain/history/retention.ts";
import { tidyStore } from "../../src/operations/history/tidy_store.ts";
import { connectStore, type StoreConnection } from "../../src/timescale/connect.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import { createStore } from "../../src/timescale/store.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { MIGRATIONS, temporaryDatabase } from "../fixtures/engines.ts";
import { ask } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";
import { endOf, INTERVAL_MS, loadHistory, sensorKey, SENSORS } from "./load_history.ts";
import { type DriveState, freshState, measure } from "./pipeline.ts";

const SHAPE = { n: 1_000, sources: 1, inFlight: 1 };
/** Each figure is the least of so many medians: other work on the machine only ever adds to them. */
const ROUNDS = 5;
const SECONDS_PER_ROUND = 6;
const LOOKS_PER_ROUND = 20;
/** Readings are kept for so long once retention is on. */
const KEEP = "P14D";
const THINNING_MAX_MS = 3_600_000;
/** From the first to the last size. */
const RATIO_MAX = 1.5;

const ALERTS = "{ alerts(first: 50) { edges { node { id severity state reason openedAt sensor { key } } } } }";
const BATCHES =
  "{ batches(first: 50) { edges { node { number source state readings stored quarantined alertsOpened } } } }";
const DAY = `query ($sensor: String!, $from: DateTime!, $to: DateTime!, $first: Int) {
  readings(sensor: $sensor, from: $from, to: $to, first: $first) { rolledUpBefore points { time value } } }`;

export interface GrowthOptions {
  readonly databaseUrl: string | undefined;
  /** Stored readings, in millions, rising. */
  readonly millions: readonly number[];
}

interface Figures {
  readonly readings: number;
  readonly ackMs: number;
  readonly alertMs: number;
  readonly alertsMs: number;
  readonly batchesMs: number;
  readonly dayMs: number;
  readonly bytes: number;
}

interface Place {
  readonly home: string;
  readonly databaseUrl: string | undefined;
}

export async function benchGrowth({ databaseUrl, millions }: GrowthOptions): Promise<void> {
  const name = databaseUrl === undefined ? "embedded" : "native";
  const report = (line: string) => console.error(`${name}: ${line}`);
  const database = databaseUrl === undefined ? undefined : await temporaryDatabase(databaseUrl);
  const place: Place = { home: await temporaryHome(), databaseUrl: database?.url };
  try {
    const sizes = millions.map((size) => size * 1e6);
    const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - sizes.at(-1)! / SENSORS * INTERVAL_MS;
    report(`${SENSORS} sensors, a reading every ${INTERVAL_MS / 1_000} s`);
    const rows: Figures[] = [];
    for (const [i, to] of sizes.entries()) {
      const stretch = { startMs, from: sizes[i - 1] ?? 0, to, report };
      const bytes = await withStore(place, async ({ sql }) => {
        await loadHistory(sql, stretch);
        return await bytesOf({ sql });
      });
      report("measuring");
      rows.push({
        readings: to,
        bytes,
        ...await withService(
          place,
          (app) => look(app, { state: freshState(SHAPE, `size${i}x`), endMs: endOf(stretch) }),
        ),
      });
      printRow(name, rows.at(-1)!);
    }
    printRatios(name, rows);
    await thin(place, { report, state: freshState(SHAPE, "thinx"), rows, name });
  } finally {
    await rm(place.home, { recursive: true });
    await database?.drop();
  }
}

async function withStore<T>(
  { home, databaseUrl }: Place,
  work: (connection: StoreConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectStore({ databaseUrl, dataFolder: join(home, "store") });
  try {
    await migrate(connection.sql, { folder: MIGRATIONS });
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function withService<T>({ home, databaseUrl }: Place, work: (app: AppProcess) => Promise<T>): Promise<T> {
  const env = { MILLWRIGHT_LOG_LEVEL: "info", DATABASE_URL: databaseUrl ?? "" };
  const app = await startAppProcess(home, { env });
  try {
    return await work(app);
  } finally {
    await app.end("SIGTERM");
  }
}

async function look(app: AppProcess, { state, endMs }: { state: DriveState; endMs: number }) {
  const [sensor, first] = [sensorKey(7), 10_000];
  const day = { sensor, first, from: new Date(endMs - DAY_MS).toISOString(), to: new Date(endMs).toISOString() };
  const rounds: Omit<Figures, "readings" | "bytes">[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { ackMs, alertMs } = await measure(app, { shape: SHAPE, seconds: SECONDS_PER_ROUND, state });
    rounds.push({
      ackMs: median(ackMs),
      alertMs: median(alertMs),
      alertsMs: await timeOf(() => ask(app.url, ALERTS)),
      batchesMs: await timeOf(() => ask(app.url, BATCHES)),
      dayMs: await timeOf(async () => {
        const { readings } = await ask(app.url, DAY, day);
        if (Math.abs(readings.points.length - DAY_MS / INTERVAL_MS) > 1) {
          throw new Error(`${readings.points.length} points`);
        }
      }),
    });
  }
  const least = (name: keyof (typeof rounds)[0]) => Math.min(...rounds.map((round) => round[name]));
  return {
    ackMs: least("ackMs"),
    alertMs: least("alertMs"),
    alertsMs: least("alertsMs"),
    batchesMs: least("batchesMs"),
    dayMs: least("dayMs"),
  };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let i = 0; i < LOOKS_PER_ROUND; i++) {
    const beganMs = performance.now();
    await work();
    tookMs.push(performance.now() - beganMs);
  }
  return median(tookMs);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** All tables with their indexes, whether or not they are compressed. */
async function bytesOf({ sql }: Pick<StoreConnection, "sql">): Promise<number> {
  const [{ bytes }] = await sql<{ bytes: number }[]>`
    SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND (n.nspname = current_schema() OR n.nspname = '_timescaledb_internal')`;
  return bytes;
}

interface Thinning {
  readonly report: (line: string) => void;
  readonly state: DriveState;
  readonly rows: readonly Figures[];
  readonly name: string;
}

/**
 * Has the service apply retention while batches come in, and says what that does to them and what room things take
 * behind it.
 */
async function thin(place: Place, { report, state, rows, name }: Thinning): Promise<void> {
  const last = rows.at(-1)!;
  report(`keeping readings for ${KEEP}`);
  const beganMs = performance.now();
  const ackMs = await withService(place, async (app) => {
    const set =
      `mutation { setRetention(input: { noun: READING, keep: "${KEEP}" }) { __typename } applyRetention { __typename } }`;
    await ask(app.url, set);
    const { ackMs } = await measure(app, { shape: SHAPE, seconds: ROUNDS * SECONDS_PER_ROUND, state });
    await until("the readings to go", async () => {
      const range = {
        sensor: sensorKey(7),
        from: "2000-01-01T00:00:00Z",
        to: new Date().toISOString(),
        first: 1,
      };
      const { readings } = await ask(app.url, DAY, range);
      const goneMs = Date.parse(readings.rolledUpBefore ?? "1970-01-01T00:00:00Z");
      return goneMs > Date.now() - 22 * DAY_MS || undefined;
    }, THINNING_MAX_MS);
    return median(ackMs);
  });
  const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0);
  const bytes = await withStore(place, async ({ sql, edition }) => {
    const deps = { store: createStore(sql, { edition }), clock: { nowMs: () => Date.now() } };
    await tidyStore(
      { ...deps, limits: { compressAfterMs: 7 * DAY_MS } as Parameters<typeof tidyStore>[0]["limits"] },
      () => {},
    );
    // Files keep their size, with room in them: what is left is what counts.
    await sql`VACUUM FULL`;
    return await bytesOf({ sql });
  });
  console.log(
    `${name}: ${perReading(last.bytes, last)} bytes a reading before, ${
      perReading(bytes, last)
    } after ${KEEP} of readings ` +
      `(${seconds} s); acknowledgement meanwhile ${ackMs.toFixed(0)} ms`,
  );
  const files = await sizeOf(join(place.home, "store"));
  if (place.databaseUrl === undefined) {
    console.log(`${name}: ${(files / 1e9).toFixed(2)} GB in the folder, its log included`);
  }
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) bytes += (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
  return bytes;
}

function perReading(bytes: number, { readings }: Pick<Figures, "readings">): string {
  return (bytes / readings).toFixed(1);
}

export const HEADER =
  "store     readings  ack p50  alert p50  50 alerts  50 batches  a day of a sensor  bytes a reading, all tables";

function printRow(name: string, row: Figures): void {
  const cells = [row.ackMs, row.alertMs, row.alertsMs, row.batchesMs, row.dayMs].map((ms) => `${ms.toFixed(1)} ms`);
  const widths = [7, 9, 9, 10, 17];
  console.log(
    `${name.padEnd(9)} ${`${row.readings / 1e6} M`.padStart(8)}  ${
      cells.map((cell, i) => cell.padStart(widths[i])).join("  ")
    }  ${perReading(row.bytes, row)}`,
  );
}

function printRatios(name: string, rows: readonly Figures[]): void {
  if (rows.length < 2) return;
  const names = ["ackMs", "alertMs", "alertsMs", "batchesMs", "dayMs"] as const;
  const ratios = names.map((one) => rows.at(-1)![one] / rows[0][one]);
  const verdict = ratios.every((ratio) => ratio <= RATIO_MAX) ? "all" : "NOT all";
  console.log(
    `${name.padEnd(9)} last/first  ${
      ratios.map((ratio) => ratio.toFixed(2)).join("  ")
    }  ${verdict} within ${RATIO_MAX}`,
  );
}
