/** The alarm budget through the API: set, refused in sentences, read back, and what stays below its line. */
import assert from "node:assert/strict";
import { DAY_MS } from "../../src/domain/detection/sensor_day.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { processBatch } from "../fixtures/stages.ts";

const T0 = Date.UTC(2024, 0, 1);
const STEP_MS = 900_000;
const PER_DAY = DAY_MS / STEP_MS;

const SET = `mutation ($input: SetAlarmBudgetInput!) { setAlarmBudget(input: $input) {
  __typename
  ... on SetAlarmBudgetPayload { alarmBudget { alertsPerDay setBy sensors least holdsFrom asset { key } } }
  ... on InvalidInputError { field message }
  ... on NotFoundError { field message }
} }`;
const READ = `query ($asset: String) {
  alarmBudget(asset: $asset) { alertsPerDay days(first: 10) { day line announced grouped kept sensors correction alertsPerDay } }
  candidates(first: 5) { totalCount rarest {
    kind severity score reason episodeStart keptAt endedAt sensor { key } asset { key } batch { id }
    rarity { value onceInDays inWords line parts { detector excess rarity } } } }
  badActors { alerts sensor { key } }
  alerts(first: 100) { edges { node {
    kind rarity { value line inWords parts { detector rarity } } evidence { rarity { value line inWords } } } } }
}`;

/** Some days of one sensor: noise, and an outlier now and then that is just outside. */
function columns(sensor: string, days: number, seed: number) {
  const random = seededRandom(seed);
  const value = Array.from(
    { length: days * PER_DAY },
    (_, i) => 10 + random() + (i > 250 && i % 61 === 0 ? 0.6 + random() : 0) + (i === 800 ? 90 : 0),
  );
  return {
    sensors: [sensor],
    sensor: value.map(() => 0),
    time: value.map((_, i) => T0 + i * STEP_MS),
    value,
  };
}

Deno.test("the alarm budget through the API", async (t) => {
  await withGateway(ENGINES[0], async ({ ask, post, scope }) => {
    const set = async (input: Answer): Promise<Answer> => (await ask(SET, { input })).setAlarmBudget;

    await t.step("is none at first, and what cannot be is refused with its field", async () => {
      const { alarmBudget, candidates, badActors } = await ask(READ);
      assert.deepEqual([alarmBudget, candidates, badActors], [
        { alertsPerDay: null, days: [] },
        { totalCount: 0, rarest: [] },
        [],
      ]);
      for (const alertsPerDay of [0, -1, 1e9]) {
        const { __typename, field, message } = await set({ alertsPerDay });
        assert.deepEqual([__typename, field], ["InvalidInputError", "alertsPerDay"]);
        assert.match(message, /^A budget of .* alerts a day has to be over 0 and at most 100000\.$/);
      }
      const missing = await set({ asset: "nowhere", alertsPerDay: 1 });
      assert.deepEqual([missing.__typename, missing.field], ["NotFoundError", "asset"]);
      assert.ok((await post(SET, { input: { alertsPerDay: "many" } })).errors.length > 0);
    });

    await t.step("holds from its day on: what is rare is an alert that says how rare, the rest is kept", async () => {
      const { alarmBudget } = await set({ alertsPerDay: 0.001 });
      assert.deepEqual(alarmBudget, {
        alertsPerDay: 0.001,
        setBy: "local",
        sensors: 0,
        least: 0,
        holdsFrom: null,
        asset: null,
      });
      await processBatch(scope, { source: "s", columns: columns("pump", 9, 1) });
      const answer = await ask(READ);
      const { days } = answer.alarmBudget;
      assert.equal(days.length, 9);
      assert.equal(days[0].day, new Date(T0 + 8 * DAY_MS).toISOString());
      assert.ok(days.every(({ alertsPerDay }: Answer) => alertsPerDay === 0.001));
      const kept = days.reduce((sum: number, day: Answer) => sum + day.kept, 0);
      const announced = days.reduce((sum: number, day: Answer) => sum + day.announced, 0);
      const alerts = answer.alerts.edges.map(({ node }: Answer) => node).filter(({ kind }: Answer) =>
        kind === "anomaly"
      );
      assert.equal(alerts.length, announced);
      assert.ok(announced >= 1 && kept >= 1, `${announced} announced, ${kept} kept`);
      for (const { rarity, evidence } of alerts) {
        assert.ok(rarity.value >= rarity.line);
        assert.match(rarity.inWords, /^as rare as once in .* sensor-days here$/);
        assert.ok(rarity.parts.length > 0 && evidence.every(({ rarity }: Answer) => rarity.line === null));
      }
      const { rarest, totalCount } = answer.candidates;
      assert.ok(totalCount >= 1 && rarest.length === Math.min(5, totalCount));
      const values = rarest.map(({ rarity }: Answer) => rarity.value);
      assert.deepEqual(values, values.toSorted((a: number, b: number) => b - a));
      for (const { rarity, sensor, asset, reason } of rarest) {
        assert.ok(rarity.value < rarity.line);
        assert.deepEqual([sensor.key, asset], ["pump", null]);
        assert.match(reason, /scored/);
      }
      assert.deepEqual(answer.badActors, [{ alerts: announced, sensor: { key: "pump" } }]);
    });

    await t.step("is taken back by null", async () => {
      assert.equal((await set({ alertsPerDay: null })).alarmBudget.alertsPerDay, null);
      assert.equal((await set({})).alarmBudget.holdsFrom, new Date(T0 + 9 * DAY_MS).toISOString());
    });

    await t.step("lists refuse what nobody can mean", async () => {
      const refused = async (args: string) => (await post(`{ candidates(${args}) { totalCount } }`)).errors[0].message;
      assert.match(await refused("first: 0"), /first has to be 1 to 1,000/);
      assert.match(await refused('sensor: "pump", asset: "x"'), /Name a sensor or an asset, not both/);
      assert.match(await refused('sensor: "nobody"'), /There is no sensor/);
      assert.match(await refused('from: "2024-01-02T00:00:00Z", to: "2024-01-01T00:00:00Z"'), /The range is empty/);
      const many = await post("{ alarmBudget { days(first: 401) { day } } }");
      assert.match(many.errors[0].message, /first has to be 1 to 400/);
    });
  });
});
