/**
 * From readings to the person: how long after a batch was sent its alert is at a webhook, while the service takes in
 * half of what it can. What it can is measured first, by a closed loop in the same process.
 */
import { ask, INGEST_COLUMNS } from "../fixtures/graphql.ts";
import { LOOPBACK, withReceiver } from "../fixtures/receiver.ts";
import { SECRET } from "../fixtures/told.ts";
import { columnsOf, drive, freshState, percentile } from "./pipeline.ts";
import { storesOf, withService } from "./service.ts";

const SHAPE = { n: 1_000, sources: 4, inFlight: 1 };
/** Readings of a sensor before it is judged in earnest, with some to spare. */
const WARM_UP = 250;
const HOURS_AGO = 20;

export const TOLD_HEADER =
  "store     at most readings/s  at half, told  ms from sending to the webhook p50/p99/most  at rest, told  ms p50/p99/most";

const CHANNEL = `mutation ($address: String!, $secret: String!) {
  saveChannel(input: { key: "hook", kind: WEBHOOK, address: $address, secret: $secret }) { __typename ... on Error { message } } }`;
const ROUTING =
  `mutation { saveRouting(input: { routes: [{ key: "all", steps: [{ channels: ["hook"] }] }] }) { __typename } }`;

export async function benchTold(databaseUrl: string | undefined, seconds: number): Promise<void> {
  for (const database of storesOf(databaseUrl)) {
    const heard = new Map<string, number>();
    await withReceiver((_, response) => void response.writeHead(204).end(), async (address, received) => {
      // What comes is noted when it is there, as the list of what was received grows.
      const { push } = received;
      received.push = (...messages) => {
        for (const { body } of messages) {
          const { type, data: { alert } } = JSON.parse(body);
          if (type !== "alert.opened" || alert.sensor === null) continue;
          const name = `${alert.sensor.key} ${Date.parse(alert.openedAt)}`;
          if (!heard.has(name)) heard.set(name, performance.now());
        }
        return push.apply(received, messages);
      };
      const env = { MILLWRIGHT_NOTIFY_NETWORKS: LOOPBACK.join() };
      await withService({ databaseUrl: database, env }, async ({ store, app }) => {
        await ask(app.url, CHANNEL, { address, secret: SECRET });
        await ask(app.url, ROUTING);
        const state = { ...freshState(SHAPE), beginMs: Date.now() - HOURS_AGO * 3_600_000, spikes: 0 };
        const perBatch = SHAPE.n / 100;
        const warm = Math.ceil(WARM_UP / perBatch);
        await drive(app.url, SHAPE, { state, sentAtMs: new Map(), until: (source) => state.next[source] >= warm });
        const began = performance.now();
        const until = () => performance.now() - began > seconds * 1_000;
        const most = await drive(app.url, SHAPE, { state, sentAtMs: new Map(), until }) / (performance.now() - began) *
          1_000;
        const parts: string[] = [];
        for (const rate of [most / 2, 500]) {
          const sent = await pace(app.url, { state, rate, seconds: Math.max(seconds, 20) });
          await waitFor(sent, heard);
          const delays = [...sent].flatMap(([name, at]) => heard.has(name) ? [heard.get(name)! - at] : []);
          const ms = [0.5, 0.99, 1].map((share) => percentile(delays, share)).join("/");
          parts.push(`${`${delays.length} of ${sent.size}`.padStart(14)} ${ms.padStart(47)}`);
        }
        console.log(`${store.padEnd(9)} ${String(Math.round(most)).padStart(18)} ${parts.join(" ")}`);
      });
    });
  }
}

interface Pacing {
  readonly state: ReturnType<typeof freshState> & { readonly beginMs: number; spikes: number };
  /** Readings a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** Sends batches in time, whatever becomes of them; answers when each spike was sent, by sensor and data time. */
async function pace(url: string, { state, rate, seconds }: Pacing): Promise<Map<string, number>> {
  const sent = new Map<string, number>();
  const sending: Promise<unknown>[] = [];
  const everyMs = SHAPE.n / rate * 1_000;
  const began = performance.now();
  for (let n = 0; n * everyMs < seconds * 1_000; n++) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + n * everyMs - performance.now())));
    const source = n % SHAPE.sources;
    const key = `${state.prefix}${source}`;
    const batch = state.next[source]++;
    // Each time another sensor: what comes again and again is held, and nobody is told of it.
    const spikeOn = 1 + state.spikes++ % 99;
    const columns = columnsOf(key, { batch, n: SHAPE.n, beginMs: state.beginMs, spikeOn });
    sent.set(`${key}-${spikeOn} ${columns.time[SHAPE.n - 100]}`, performance.now());
    sending.push(ask(url, INGEST_COLUMNS, { input: { source: key, idempotencyKey: `${key}-${batch}`, ...columns } }));
  }
  await Promise.all(sending);
  return sent;
}

/** A spike that opens no alert is waited for in vain. */
async function waitFor(sent: ReadonlyMap<string, number>, heard: ReadonlyMap<string, number>): Promise<void> {
  const giveUpAt = performance.now() + 15_000;
  while (performance.now() < giveUpAt && ![...sent.keys()].every((name) => heard.has(name))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
