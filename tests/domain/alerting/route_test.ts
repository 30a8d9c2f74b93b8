/** Which routes take an alert, as a table; and what nobody can have meant. */
import assert from "node:assert/strict";
import { decideRoutes, type Route, type RoutedAlert, routingFault } from "../../../src/domain/alerting/route.ts";
import type { AssetId } from "../../../src/domain/plant/asset.ts";

const [PLANT, HALL, PUMP] = [1, 2, 3] as AssetId[];
const NOON = Date.parse("2026-11-27T12:00:00Z");
const ALERT: RoutedAlert = { severity: "HIGH", kind: "anomaly", assetPath: [PUMP, HALL, PLANT] };

function route(key: string, conditions: Partial<Route> = {}): Route {
  return {
    key,
    quietBelow: "CRITICAL",
    onDelayMs: 0,
    keepFiringMs: 0,
    steps: [{ afterMs: 0, channels: ["c"] }],
    goOn: false,
    ...conditions,
  };
}

const CASES: readonly [string, Partial<Route>, Partial<RoutedAlert>, string | undefined][] = [
  ["without conditions it takes every alert", {}, {}, undefined],
  ["its least severity is enough", { severityMin: "HIGH" }, {}, undefined],
  ["more urgent ones too", { severityMin: "HIGH" }, { severity: "CRITICAL" }, undefined],
  ["less urgent ones not", { severityMin: "HIGH" }, { severity: "MEDIUM" }, "severity MEDIUM is below HIGH"],
  ["one of its kinds", { kinds: ["flatline", "anomaly"] }, {}, undefined],
  ["another kind", { kinds: ["flatline"] }, {}, "kind anomaly is not one of its kinds"],
  ["its asset", { assetId: PUMP }, {}, undefined],
  ["an asset below its own", { assetId: PLANT }, {}, undefined],
  ["an asset above its own", { assetId: PUMP }, { assetPath: [HALL, PLANT] }, "its sensor is not on the route's asset"],
  ["a sensor on no asset", { assetId: PLANT }, { assetPath: [] }, "its sensor is not on the route's asset"],
  ["within its hours", { during: [{ days: ["FRI"], from: 600, to: 840 }] }, {}, undefined],
  ["outside", { during: [{ days: ["SAT"], from: 600, to: 840 }] }, {}, "it is outside the route's hours"],
];

Deno.test("a route takes an alert when all its conditions hold, and says why not otherwise", async (t) => {
  for (const [name, conditions, alert, fault] of CASES) {
    await t.step(name, () => {
      const routing = { version: 1, timeZone: "UTC", routes: [route("r", conditions)] };
      const [decision] = decideRoutes(routing, { ...ALERT, ...alert }, NOON);
      assert.equal(decision.taken, fault === undefined);
      if (fault !== undefined) assert.equal(decision.reason, fault);
      else assert.match(decision.reason, /^(it takes every alert|severity|kind|its sensor|it is within)/);
    });
  }
});

Deno.test("the first one that takes it keeps it, unless it says to go on", () => {
  const routes = [route("other", { kinds: ["x"] }), route("first", { goOn: true }), route("second"), route("third")];
  const decisions = decideRoutes({ version: 1, timeZone: "UTC", routes }, ALERT, NOON);
  assert.deepEqual(decisions.map(({ route, taken }) => [route, taken]), [
    ["other", false],
    ["first", true],
    ["second", true],
    ["third", false],
  ]);
  assert.equal(decisions[3].reason, "route second comes first and keeps it");
});

Deno.test("routes that nobody can have meant are refused, each by its key", () => {
  const step = (afterMs: number, ...channels: string[]) => ({ afterMs, channels });
  const cases: [Partial<Route>, RegExp][] = [
    [{ steps: [] }, /has 0 steps/],
    [{ steps: [step(5, "c")] }, /first step has to come at once/],
    [{ steps: [step(0)] }, /step 1 has 0 channels/],
    [{ steps: [step(0, "c"), step(60_000, "d"), step(60_000, "e")] }, /step 3 does not come later/],
    [{ kinds: [] }, /names no kind/],
    [{ kinds: ["a\u0000"] }, /is no kind/],
    [{ during: [{ days: [], from: 0, to: 60 }] }, /needs a day/],
    [{ onDelayMs: 8 * 86_400_000 }, /longer than a week/],
    [{ remindEveryMs: 1_000 }, /remind every minute at most/],
  ];
  for (const [conditions, fault] of cases) {
    const text = routingFault({ timeZone: "UTC", routes: [route("ok"), route("bad", conditions)] })!;
    assert.match(text, fault);
    assert.match(text, /^route 2, "bad": /);
  }
  assert.match(routingFault({ timeZone: "Mars/Olympus", routes: [] })!, /is no time zone/);
  assert.match(routingFault({ timeZone: "UTC", routes: [route("a"), route("a")] })!, /another one has its key/);
  assert.match(routingFault({ timeZone: "UTC", routes: Array(101).fill(route("a")) })!, /100 at most/);
  assert.equal(routingFault({ timeZone: "Europe/Berlin", routes: [route("a"), route("b")] }), undefined);
});
