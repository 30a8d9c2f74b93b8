/** What wrong keys cost those who have one: the time to an acknowledgement, without them and beside 1,000 a second. */
import { rm } from "node:fs/promises";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { temporaryDatabase } from "../fixtures/engines.ts";
import { INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";
import { percentile } from "./pipeline.ts";
import { processesUnder } from "./processes.ts";

const WRONG_PER_SECOND = 1_000;
const READINGS = 1_000;
const BETWEEN_MS = 50;

export const HEADER = "store     wrong keys/s  answered 401/429  ack p50/p99 ms  batches  main process";

export async function benchWrongKeys(databaseUrl: string | undefined, seconds: number): Promise<void> {
  const database = databaseUrl === undefined ? undefined : await temporaryDatabase(databaseUrl);
  const home = await temporaryHome();
  const env = {
    MILLWRIGHT_LOG_LEVEL: "warn",
    MILLWRIGHT_FIRST_KEY: "true",
    MILLWRIGHT_PORT: "4917",
    DATABASE_URL: database?.url ?? "",
  };
  // The line is the only one at this level.
  const app = await startAppProcess(home, { env, ready: /with the scope admin: (mwk_\w+)\n/ });
  const key = app.url;
  const url = "http://127.0.0.1:4917";
  await answering(url);
  for (const wrongPerSecond of [0, WRONG_PER_SECOND, 0, WRONG_PER_SECOND]) {
    const before = (await processesUnder(app.pid))[0];
    const stop = new AbortController();
    const [attack, ackMs] = await Promise.all([
      guess(url, wrongPerSecond, stop.signal),
      send(url, { key, name: `r${performance.now()}`, seconds }).finally(() => stop.abort()),
    ]);
    const after = (await processesUnder(app.pid))[0];
    console.log(
      [
        (databaseUrl === undefined ? "embedded" : "native").padEnd(9),
        String(Math.round(attack.sent / seconds)).padStart(12),
        `${attack.unauthenticated}/${attack.slowed}`.padStart(17),
        `${percentile(ackMs, 0.5)}/${percentile(ackMs, 0.99)}`.padStart(15),
        String(ackMs.length).padStart(8),
        ` ${((after.cpuMs - before.cpuMs) / seconds / 10).toFixed(0)} % CPU, ${after.rssMb.toFixed(0)} MB`,
      ].join(" "),
    );
  }
  await app.end("SIGTERM");
  await rm(home, { recursive: true });
  await database?.drop();
}

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const answer = await fetch(`${url}/health/live`).catch(() => undefined);
    if (answer !== undefined) return void await answer.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer`);
}

/** One source that sends a batch every now and then: how long each acknowledgement took. */
async function send(
  url: string,
  { key, name, seconds }: { key: string; name: string; seconds: number },
): Promise<number[]> {
  const ackMs: number[] = [];
  const beganMs = performance.now();
  for (let i = 0; performance.now() - beganMs < seconds * 1_000; i++) {
    const from = new Date(Date.UTC(2024, 0, 1) + i * READINGS * 60_000).toISOString();
    const values = Array.from({ length: READINGS }, (_, j) => Math.sin(i + j / 50));
    const input = { source: name, idempotencyKey: `${name}-${i}`, ...minutes(name, from, values) };
    const sentMs = performance.now();
    const { body } = await post(url, { query: INGEST_COLUMNS, variables: { input } }, {
      authorization: `Bearer ${key}`,
    });
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    ackMs.push(performance.now() - sentMs);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  return ackMs;
}

/** So many wrong keys a second, each another one, from this address. */
async function guess(url: string, perSecond: number, signal: AbortSignal) {
  const counts = { sent: 0, unauthenticated: 0, slowed: 0 };
  const headers = { "content-type": "application/json" };
  const lane = async () => {
    const beganMs = performance.now();
    for (let i = 0; !signal.aborted; i++) {
      const digits = String(counts.sent++).padStart(8, "a").replace(/[01]/g, "z");
      const authorization = `Bearer mwk_${digits}_${"b".repeat(32)}`;
      const answer = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { ...headers, authorization },
        body: "{}",
      });
      await answer.body?.cancel();
      if (answer.status === 401) counts.unauthenticated++;
      if (answer.status === 429) counts.slowed++;
      const early = beganMs + (i + 1) * 1_000 * LANES / perSecond - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    }
  };
  if (perSecond > 0) await Promise.all(Array.from({ length: LANES }, lane));
  return counts;
}

const LANES = 20;
