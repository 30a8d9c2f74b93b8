/** Maintenance windows and what is out of service, through the gateway: what they hide, and when it shows again. */
import assert from "node:assert/strict";
import { type Alert, isHidden } from "../../src/domain/alerting/alert.ts";
import type { Sensor } from "../../src/domain/plant/sensor.ts";
import { settleWindows } from "../../src/operations/alerting/change_windows.ts";
import { decide, globalId, sensorOf } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";

const MINUTE_MS = 60_000;
const at = (minutes: number) => Date.now() + minutes * MINUTE_MS;
const text = (ms: number) => new Date(ms).toISOString();

const OPEN = `mutation ($input: OpenMaintenanceWindowInput!) { result: openMaintenanceWindow(input: $input) { __typename
  ... on OpenMaintenanceWindowPayload { window { id kind from to reason openedBy closedAt sensor { key } asset { key } } }
  ... on InvalidInputError { message field } ... on NotFoundError { message field } } }`;
const CLOSE = `mutation ($id: ID!) { result: closeMaintenanceWindow(id: $id) { __typename
  ... on CloseMaintenanceWindowPayload { window { id closedAt closedBy } } ... on NotFoundError { message field } } }`;
const TAKE = `mutation ($input: TakeOutOfServiceInput!) { result: takeOutOfService(input: $input) { __typename
  ... on TakeOutOfServicePayload { window { id reason openedBy } } ... on InvalidInputError { message field } } }`;
const RETURN = `mutation ($input: ReturnToServiceInput!) { result: returnToService(input: $input) { __typename
  ... on ReturnToServicePayload { window { id closedBy } } ... on InvalidInputError { message field } } }`;

class Plant {
  constructor(readonly bench: GatewayBench, readonly pump: Sensor, readonly lone: Sensor) {}

  async open(sensor: Sensor, start: number): Promise<Alert> {
    return (await decide(this.bench.scope, { sensor, type: "opened", episode: { start } }))!;
  }

  async hiddenBy(alert: Alert): Promise<readonly string[]> {
    const [{ suppressedBy }] = await this.bench.scope.store.alerts.byIds(this.bench.scope.tenant.id, [alert.id]);
    return suppressedBy;
  }

  async ask(query: string, variables: Answer): Promise<Answer> {
    return (await this.bench.ask(query, variables)).result;
  }
}

/** A hall with a mill in it, whose pump has a sensor; and a sensor of nothing. */
async function plant(bench: GatewayBench): Promise<Plant> {
  for (const [key, parentKey] of [["hall", undefined], ["mill", "hall"]]) {
    const register = `mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) { __typename } }`;
    await bench.ask(register, { input: { key, parentKey } });
  }
  await bench.ask(`mutation { registerSensor(input: { key: "pump", assetKey: "mill" }) { __typename } }`);
  return new Plant(bench, await sensorOf(bench.scope, "pump"), await sensorOf(bench.scope, "lone"));
}

async function hidesForItsTime(plant: Plant): Promise<void> {
  const standing = await plant.open(plant.pump, at(-120));
  const elsewhere = await plant.open(plant.lone, at(-120));
  const input = { asset: "hall", to: text(at(60)), reason: "bearing replaced" };
  const { window } = await plant.ask(OPEN, { input });
  assert.deepEqual([window.kind, window.reason, window.openedBy, window.asset, window.sensor], [
    "MAINTENANCE_WINDOW",
    "bearing replaced",
    "local",
    { key: "hall" },
    null,
  ]);
  assert.deepEqual(await plant.hiddenBy(standing), ["maintenance_window"], "what stands at its start");
  assert.deepEqual(await plant.hiddenBy(elsewhere), []);
  const during = await plant.open(plant.pump, at(1));
  assert.ok(isHidden(during), "what opens in it, by data time");
  assert.ok(!isHidden(await plant.open(plant.pump, at(-60 * 24))), "not what history says of another day");

  const second = await plant.ask(OPEN, { input: { sensor: "pump", to: text(at(90)), reason: "cables" } });
  await plant.ask(CLOSE, { id: window.id });
  assert.deepEqual(await plant.hiddenBy(standing), ["maintenance_window"], "another window still hides it");
  const { scope } = plant.bench;
  await decide(scope, { sensor: plant.pump, type: "closed", episode: { start: during.openedAt, ts: at(2) } });
  const closed = await plant.ask(CLOSE, { id: second.window.id });
  assert.equal(closed.window.closedBy, "local");
  assert.deepEqual(await plant.hiddenBy(standing), []);
  assert.deepEqual(await plant.hiddenBy(during), ["maintenance_window"], "what ended in it stays what it was");
  assert.equal((await plant.ask(CLOSE, { id: second.window.id })).window.closedAt, closed.window.closedAt);
  const [last] = (await scope.store.alertHistory.of(scope.tenant.id, [standing.id], { limit: 1 })).get(standing.id)!;
  assert.deepEqual([last.change, last.actor, last.detail], ["released", "local", "maintenance_window"]);
}

async function beginsAndEndsByItself(plant: Plant): Promise<void> {
  const { scope } = plant.bench;
  const alert = await plant.open(plant.lone, at(-30));
  const input = { sensor: "lone", from: text(at(10)), to: text(at(20)), reason: "calibration" };
  const { window } = await plant.ask(OPEN, { input });
  assert.deepEqual(await plant.hiddenBy(alert), []);
  const later = (minutes: number) => ({ ...scope, clock: { nowMs: () => at(minutes) } });
  await settleWindows(later(5));
  assert.deepEqual(await plant.hiddenBy(alert), []);
  await settleWindows(later(11));
  assert.deepEqual(await plant.hiddenBy(alert), ["maintenance_window"]);
  assert.equal(await settleWindows(later(12)), 0);
  await settleWindows(later(21));
  assert.deepEqual(await plant.hiddenBy(alert), []);
  const [ended] = await scope.store.windows.byIds(scope.tenant.id, [Number(atob(window.id).split(":")[1]) as never]);
  assert.equal(ended.closedBy, "service");
}

/** Whoever dies between two of its steps: the sweeper goes on. */
async function isFinishedAfterDeath(plant: Plant): Promise<void> {
  const { scope } = plant.bench;
  const alert = await plant.open(plant.lone, at(-20));
  const dies = { change: () => Promise.reject(new Error("killed")) };
  const mortal = {
    ...scope,
    store: { ...scope.store, alerts: { ...scope.store.alerts, standingIds: dies.change } },
  };
  const { openMaintenanceWindow, closeMaintenanceWindow } = await import(
    "../../src/operations/alerting/change_windows.ts"
  );
  await assert.rejects(openMaintenanceWindow(mortal, { sensorKey: "lone", to: at(30), reason: "r" }), /killed/);
  await settleWindows(scope);
  assert.deepEqual(await plant.hiddenBy(alert), ["maintenance_window"]);
  const [window] = await scope.store.windows.page(scope.tenant.id, { limit: 1, open: true });
  await assert.rejects(closeMaintenanceWindow(mortal, window.id), /killed/);
  assert.deepEqual(await plant.hiddenBy(alert), ["maintenance_window"]);
  await settleWindows(scope);
  assert.deepEqual(await plant.hiddenBy(alert), []);
  assert.equal(await settleWindows(scope), 0);
}

async function outOfService(plant: Plant): Promise<void> {
  const standing = await plant.open(plant.pump, at(-15));
  const taken = await plant.ask(TAKE, { input: { asset: "mill", reason: "scrapped" } });
  const again = await plant.ask(TAKE, { input: { asset: "mill", reason: "another" } });
  assert.deepEqual(again.window, taken.window, "once, and for its first reason");
  assert.deepEqual(await plant.hiddenBy(standing), ["out_of_service"]);
  assert.deepEqual((await plant.open(plant.pump, at(-10))).suppressedBy, ["out_of_service"], "whatever its data time");
  const { serviceWindows } = await plant.bench.ask(
    "{ serviceWindows(open: true, kind: OUT_OF_SERVICE) { edges { node { id } } } }",
  );
  assert.deepEqual(serviceWindows.edges.map(({ node }: Answer) => node.id), [taken.window.id]);
  const returned = await plant.ask(RETURN, { input: { asset: "mill" } });
  assert.deepEqual(returned.window, { id: taken.window.id, closedBy: "local" });
  assert.deepEqual(await plant.hiddenBy(standing), []);
  assert.equal((await plant.ask(RETURN, { input: { asset: "mill" } })).window, null);
}

async function refusals(plant: Plant): Promise<void> {
  const fine = { sensor: "lone", to: text(at(60)), reason: "r" };
  const cases: [string, Answer, string][] = [
    [OPEN, { ...fine, asset: "mill" }, "sensor"],
    [OPEN, { to: fine.to, reason: "r" }, "sensor"],
    [OPEN, { ...fine, sensor: "nowhere" }, "sensor"],
    [OPEN, { ...fine, reason: "" }, "reason"],
    [OPEN, { ...fine, to: text(at(-1)) }, "to"],
    [OPEN, { ...fine, from: text(at(61)) }, "to"],
    [OPEN, { ...fine, to: "9999-01-01T00:00:00Z" }, "to"],
    [OPEN, { ...fine, from: "2001-01-01T00:00:00Z" }, "to"],
    [OPEN, { ...fine, from: text(at(-60 * 24 * 40)) }, "from"],
    [TAKE, { sensor: "lone", reason: "x".repeat(1_000_000) }, "reason"],
    [TAKE, { reason: "r" }, "sensor"],
    [RETURN, {}, "sensor"],
  ];
  for (const [query, input, field] of cases) {
    const answer = await plant.ask(query, { input });
    assert.equal(answer.field, field, JSON.stringify(answer));
  }
  const missing = await plant.ask(CLOSE, { id: globalId("ServiceWindow", { id: 999 }) });
  assert.deepEqual([missing.__typename, missing.field], ["NotFoundError", "window"]);
}

for (const engine of ENGINES) {
  Deno.test(`service windows, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const stage = await plant(bench);
      await t.step(
        "a window hides what stands and what opens in it, of an asset and all below",
        () => hidesForItsTime(stage),
      );
      await t.step("a planned one begins and ends by the clock", () => beginsAndEndsByItself(stage));
      await t.step("one whose opening or closing died halfway is finished", () => isFinishedAfterDeath(stage));
      await t.step("what is out of service is silent until it is returned", () => outOfService(stage));
      await t.step("what nobody can have meant is refused", () => refusals(stage));
    });
  });
}
