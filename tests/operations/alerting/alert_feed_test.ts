/** One look at the log for all who follow it; who is slow, or comes from far back, reads the log. */
import assert from "node:assert/strict";
import type { TenantId } from "../../../src/domain/access/tenant.ts";
import { encodeCursor } from "../../../src/domain/cursor.ts";
import { createAlertFeeds } from "../../../src/operations/alerting/alert_feed.ts";
import { followAlerts } from "../../../src/operations/alerting/follow_alerts.ts";
import { eventsTopic } from "../../../src/operations/scope.ts";
import { type Store, StoreUnavailable } from "../../../src/ports/store.ts";
import { inProcessWakeUps } from "../../../src/timescale/wake_up.ts";
import { until } from "../../fixtures/until.ts";

const TENANT = { id: 1 as TenantId, key: "default" };

/** A log in memory, and what it was asked. */
function memoryLog() {
  const log: { seq: number; type: string; body: string }[] = [];
  const asked = { after: [] as number[], fault: undefined as Error | undefined };
  const events = {
    lastSeq: () => Promise.resolve(log.length),
    alertsGoneTo: () => Promise.resolve(0),
    alertsAfter(_tenant: TenantId, seq: number, limit: number) {
      asked.after.push(seq);
      if (asked.fault !== undefined) return Promise.reject(asked.fault);
      return Promise.resolve(log.filter((e) => e.seq > seq && e.type.startsWith("alert.")).slice(0, limit));
    },
  };
  const wakeUps = inProcessWakeUps();
  return {
    asked,
    wakeUps,
    scope() {
      const store = { events } as unknown as Store;
      return { store, tenant: TENANT, alertFeeds: createAlertFeeds({ store, wakeUps }) };
    },
    add(count: number, type = "alert.opened") {
      for (let i = 0; i < count; i++) {
        log.push({ seq: log.length + 1, type, body: JSON.stringify({ change: "opened", alert: {} }) });
      }
      wakeUps.wake(eventsTopic(TENANT.id));
    },
  };
}

type Scope = ReturnType<ReturnType<typeof memoryLog>["scope"]>;

/** Who follows: `cursors` grows while it reads. */
function follower(scope: Scope, after?: string) {
  const leaving = new AbortController();
  const cursors: string[] = [];
  const reading = (async () => {
    const { events } = await followAlerts(scope, { after, signal: leaving.signal });
    for await (const event of events) cursors.push(event.cursor);
  })();
  return {
    cursors,
    async leave() {
      leaving.abort();
      await reading;
    },
    reading,
  };
}

function cursorsOf(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => encodeCursor(from + i));
}

Deno.test("300 who wait ask the log no more often than one", async () => {
  const log = memoryLog();
  const scope = log.scope();
  const followers = Array.from({ length: 300 }, () => follower(scope));
  await until("the first look", () => log.asked.after.length > 0 || undefined);
  log.add(3);
  await until("the events", () => followers.every(({ cursors }) => cursors.length === 3) || undefined);
  assert.ok(log.asked.after.length <= 4, `${log.asked.after.length} looks`);
  for (const { cursors, leave } of followers) {
    assert.deepEqual(cursors, cursorsOf(1, 3));
    await leave();
  }
  await log.wakeUps.close();
});

Deno.test("whoever comes from far back gets everything once and in order, from the log and then from the feed", async () => {
  const log = memoryLog();
  log.add(250);
  const scope = log.scope();
  const live = follower(scope);
  const behind = follower(scope, encodeCursor(0));
  await until("the replay", () => behind.cursors.length === 250 || undefined);
  log.add(2, "batch.processed");
  log.add(1);
  await until("the new one", () => behind.cursors.length === 251 && live.cursors.length === 1 || undefined);
  assert.deepEqual(behind.cursors, [...cursorsOf(1, 250), encodeCursor(253)]);
  assert.deepEqual(live.cursors, [encodeCursor(253)]);
  await live.leave();
  await behind.leave();
  await log.wakeUps.close();
});

Deno.test("whoever takes events slowly misses none, though the feed holds a thousand only", async () => {
  const log = memoryLog();
  const scope = log.scope();
  const fast = follower(scope);
  const leaving = new AbortController();
  const { events } = await followAlerts(scope, { signal: leaving.signal });
  const slow = events[Symbol.asyncIterator]();
  const first = slow.next();
  log.add(1);
  assert.equal((await first).value.cursor, encodeCursor(1));
  log.add(2_500);
  await until("the fast one", () => fast.cursors.length === 2_501 || undefined);
  const rest: string[] = [];
  while (rest.length < 2_500) rest.push((await slow.next()).value.cursor);
  assert.deepEqual(rest, cursorsOf(2, 2_501));
  leaving.abort();
  await fast.leave();
  await log.wakeUps.close();
});

Deno.test("while the store is away those who follow wait; what breaks the log otherwise they are told", async () => {
  const log = memoryLog();
  const scope = log.scope();
  const one = follower(scope);
  await until("the first look", () => log.asked.after.length > 0 || undefined);
  log.asked.fault = new StoreUnavailable("away");
  log.add(1);
  await until("a look in vain", () => log.asked.after.length > 1 || undefined);
  log.asked.fault = undefined;
  log.add(1);
  await until("both events", () => one.cursors.length === 2 || undefined);
  log.asked.fault = new Error("no such column");
  log.add(1);
  await assert.rejects(one.reading, /no such column/);
  log.asked.fault = undefined;
  const other = follower(scope, encodeCursor(2));
  await until("the third", () => other.cursors.length === 1 || undefined);
  await other.leave();
  await log.wakeUps.close();
});

Deno.test("nobody looks at the log any more once all have left", async () => {
  const log = memoryLog();
  const scope = log.scope();
  const followers = [follower(scope), follower(scope)];
  await until("the first look", () => log.asked.after.length > 0 || undefined);
  for (const { leave } of followers) await leave();
  const looks = log.asked.after.length;
  log.add(1);
  await Promise.resolve();
  assert.equal(log.asked.after.length, looks);
  await log.wakeUps.close();
});
