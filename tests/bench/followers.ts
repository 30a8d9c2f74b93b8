/**
 * A thousand subscribers of one gateway: how long a change of an alert takes to each of them, from the moment it is
 * asked for, and what they cost in memory. The clients are this process, so its time to read is in the figures.
 */
import { actMutation, decide, globalId, sensorOf } from "../fixtures/alerts.ts";
import { ask } from "../fixtures/graphql.ts";
import { type Line, type Way, WAYS } from "../fixtures/subscriber.ts";
import { percentile } from "./pipeline.ts";
import { processesUnder } from "./processes.ts";
import { storesOf, withService } from "./service.ts";

const SUBSCRIBERS = 1_000;
const CHANGES = 30;
const EVERY_MS = 500;
const FOLLOW = "subscription ($after: String) { alerts(after: $after) { cursor note } }";

export const FOLLOWERS_HEADER =
  "store     way                       subscribers  changes  delivered  ms p50/p99/most  gateway MB without/with/behind";

export async function benchFollowers(databaseUrl: string | undefined): Promise<void> {
  for (const url of storesOf(databaseUrl)) {
    let id = "";
    const env = { MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX: "2000" };
    const fill = async (scope: Parameters<typeof sensorOf>[0]) => {
      id = globalId("Alert", (await decide(scope, { sensor: await sensorOf(scope, "s"), type: "opened" }))!);
    };
    await withService({ databaseUrl: url, env, fill }, async ({ store, app }) => {
      for (const name of ["SSE with the cursor", "WebSocket"]) {
        const mb = async () => (await processesUnder(app.pid))[0].rssMb;
        const before = await mb();
        const { eventCursor: after } = await ask(app.url, "{ eventCursor }");
        const lines = await openAll(app.url, { way: WAYS[name], after });
        const open = await mb();
        const delays: number[] = [];
        let first = 0;
        const subscribed = async () => {
          while (first < SUBSCRIBERS) await new Promise((resolve) => setTimeout(resolve, 20));
        };
        const following = lines.map(async (line) => {
          for (let seen = 0; seen <= CHANGES; seen++) {
            const result = await line.next();
            if (result === undefined) throw new Error(`a line broke behind ${seen} of ${CHANGES} changes`);
            const { note } = result.alerts;
            // The first one waits until all have subscribed.
            if (seen === 0) first++;
            else delays.push(performance.now() - Number(note));
          }
        });
        const comment = actMutation("commentOnAlert");
        for (let n = 0; n <= CHANGES; n++) {
          const asked = performance.now();
          await ask(app.url, comment, { input: { alerts: [{ id }], comment: String(asked) } });
          if (n === 0) await subscribed();
          await new Promise((resolve) => setTimeout(resolve, EVERY_MS - Math.min(EVERY_MS, performance.now() - asked)));
        }
        await Promise.all(following);
        const behind = await mb();
        await Promise.all(lines.map((line) => line.close()));
        const ms = [0.5, 0.99, 1].map((share) => percentile(delays, share)).join("/");
        console.log(
          `${store.padEnd(9)} ${name.padEnd(25)} ${String(SUBSCRIBERS).padStart(11)} ${String(CHANGES).padStart(8)} ` +
            `${String(delays.length).padStart(10)} ${ms.padStart(16)}  ` +
            [before, open, behind].map((one) => one.toFixed(0)).join("/"),
        );
      }
    });
  }
}

async function openAll(url: string, { way, after }: { way: Way; after: string }): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < SUBSCRIBERS) {
    lines.push(...await Promise.all(Array.from({ length: 50 }, () => way(url, { query: FOLLOW, after }))));
  }
  return lines;
}
