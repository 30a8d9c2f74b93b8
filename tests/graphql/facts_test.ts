/** Facts that people give: units, corrections, keys, through HTTP. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, INGEST, ingest, INGEST_COLUMNS } from "../fixtures/graphql.ts";

const TIME = "2024-01-01T00:00:00Z";
const READINGS =
  `query ($sensor: String!) { readings(sensor: $sensor, from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z") {
  points { time value } } }`;
const SENSOR = "query ($key: String!) { sensor(key: $key) { unit } }";

async function valuesOf(url: string, sensor: string): Promise<number[]> {
  return (await ask(url, READINGS, { sensor })).readings.points.map(({ value }: Answer) => value);
}

function at(minute: number): string {
  return new Date(Date.parse(TIME) + minute * 60_000).toISOString();
}

Deno.test("facts that people give", async (t) => {
  await withApp(async ({ url }) => {
    const register = async (input: Answer) =>
      (await ask(
        url,
        `mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) {
          __typename ... on RegisterSensorPayload { sensor { key unit } } ... on Error { message } ... on InvalidInputError { field } } }`,
        { input },
      )).registerSensor;

    await t.step("values in commensurable units are kept in the sensor's own, others go to quarantine", async () => {
      await register({ key: "oil", unit: "Cel", rangeMin: -50, rangeMax: 200 });
      const { batch } = await ingest(url, "units", [
        { sensor: "oil", time: at(0), value: 20 },
        { sensor: "oil", time: at(1), value: 68, unit: "[degF]" },
        { sensor: "oil", time: at(2), value: 293.15, unit: "K" },
        { sensor: "oil", time: at(3), value: 1, unit: "bar" },
        { sensor: "oil", time: at(4), value: 1, unit: "Celsius" },
        { sensor: "oil", time: at(5), value: 1_000, unit: "K" },
        // The same reading in another unit is the same reading.
        { sensor: "oil", time: at(0), value: 68, unit: "[degF]" },
      ]);
      assert.deepEqual([batch.stored, batch.quarantined, batch.duplicates], [3, 3, 1]);
      const refused = batch.quarantine.map(({ index, reason }: Answer) => [index, reason]);
      assert.deepEqual(refused, [[3, "INCOMMENSURABLE_UNIT"], [4, "UNKNOWN_UNIT"], [5, "OUTSIDE_PHYSICAL_RANGE"]]);
      assert.match(batch.quarantine[1].detail, /perhaps Cel/);
      assert.match(batch.quarantine[0].raw, /"unit":"bar"/);
      assert.deepEqual(await valuesOf(url, "oil"), [20, 20, 20]);
    });

    await t.step("a sensor whose unit nobody has said takes the first that comes with a value", async () => {
      const columns = {
        sensors: ["speed"],
        sensor: [0, 0],
        time: [at(0), at(1)],
        value: [3_000, 3_060],
        units: ["/min"],
      };
      const answer = await ask(url, INGEST_COLUMNS, {
        input: { source: "u", idempotencyKey: "u1", ...columns },
        wait: true,
      });
      assert.equal(answer.result.batch.stored, 2);
      assert.equal((await ask(url, SENSOR, { key: "speed" })).sensor.unit, "/min");
      await ingest(url, "hertz", [{ sensor: "speed", time: at(2), value: 52, unit: "Hz" }]);
      assert.deepEqual(await valuesOf(url, "speed"), [3_000, 3_060, 3_120]);
    });

    await t.step("units that do not fit the sensors are refused as a whole", async () => {
      const columns = { sensors: ["a"], sensor: [0], time: [at(0)], value: [1], units: ["Cel", "bar"] };
      const { result } = await ask(url, INGEST_COLUMNS, { input: { source: "u", idempotencyKey: "u2", ...columns } });
      assert.equal(result.message, 'The batch has 1 entries in "sensors" but 2 in "units".');
    });

    await t.step("a correction replaces another value, and the former one is kept", async () => {
      const send = async (idempotencyKey: string, values: readonly number[], correction: boolean): Promise<Answer> => {
        const readings = values.map((value, i) => ({ sensor: "scale", time: at(i), value }));
        const input = { source: "c", idempotencyKey, readings, correction };
        return (await ask(url, INGEST, { input, wait: true })).ingestBatch.batch;
      };
      const first = await send("c1", [1, 2, 3], false);
      const refused = await send("c2", [1, 2.5], false);
      assert.deepEqual([refused.duplicates, refused.quarantined], [1, 1]);
      const correction = await send("c3", [1, 2.5, 3, 4], true);
      assert.deepEqual([correction.state, correction.stored, correction.duplicates, correction.quarantined], [
        "PROCESSED",
        1,
        2,
        0,
      ]);
      assert.deepEqual(await valuesOf(url, "scale"), [1, 2.5, 3, 4]);
      const { revisions } = await ask(
        url,
        `{ revisions(sensor: "scale", from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z") {
          time value batch { number corrected } replacedBy { number corrected } } }`,
      );
      assert.deepEqual(revisions, [{
        time: at(1),
        value: 2,
        batch: { number: first.number, corrected: 0 },
        replacedBy: { number: correction.number, corrected: 1 },
      }]);
      assert.equal((await send("c4", [1, 2.5, 3, 4], true)).duplicates, 4, "sent again, it changes nothing");
    });

    await t.step("a registration changes what it is told, keeps the rest, and clears what is null", async () => {
      const SEEN =
        `query ($key: String!) { sensor(key: $key) { name quantity unit rangeMin rangeMax expectedIntervalMs asset { key } } }`;
      const asset = async (input: Answer) =>
        (await ask(
          url,
          `mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) {
            ... on RegisterAssetPayload { asset { key name criticality level parent { key } } } ... on Error { message } } }`,
          { input },
        )).registerAsset.asset;
      await asset({ key: "hall" });
      await asset({ key: "mill", name: "Mill", parentKey: "hall", criticality: "A", level: 6 });
      const kept = { key: "mill", name: "Mill 1", criticality: "A", level: 6, parent: { key: "hall" } };
      assert.deepEqual(await asset({ key: "mill", name: "Mill 1" }), kept);
      assert.deepEqual(await asset({ key: "mill", level: null, parentKey: null }), {
        ...kept,
        level: null,
        parent: null,
      });

      const full = {
        key: "bearing",
        name: "Bearing",
        quantity: "temperature",
        unit: "Cel",
        rangeMin: -40,
        rangeMax: 150,
        expectedIntervalMs: 60_000,
        assetKey: "mill",
      };
      await register(full);
      await register({ key: "bearing", name: "Drive end" });
      const { key: _key, assetKey, ...rest } = full;
      const seen = { ...rest, name: "Drive end", asset: { key: assetKey } };
      assert.deepEqual((await ask(url, SEEN, { key: "bearing" })).sensor, seen);
      await register({ key: "bearing", rangeMax: null, assetKey: null, name: null });
      const cleared = { ...seen, name: "bearing", rangeMax: null, asset: null };
      assert.deepEqual((await ask(url, SEEN, { key: "bearing" })).sensor, cleared);
      const empty = await register({ key: "bearing", rangeMax: -100 });
      assert.deepEqual(
        [empty.__typename, empty.field],
        ["InvalidInputError", "rangeMin"],
        "with the range that is kept",
      );
    });

    await t.step("unknown quantities and units are refused with what may be meant", async () => {
      const quantity = await register({ key: "q", quantity: "vibraton_velocity" });
      assert.deepEqual([quantity.__typename, quantity.field], ["InvalidInputError", "quantity"]);
      assert.match(quantity.message, /take one of generic, temperature, .*vibration_velocity/);
      const unit = await register({ key: "q", unit: "Celsius" });
      assert.deepEqual([unit.field, /perhaps Cel \(degree Celsius\)/.test(unit.message)], ["unit", true]);
    });

    await t.step("a sensor that has readings keeps its unit", async () => {
      const refused = await register({ key: "oil", unit: "K" });
      assert.equal(refused.__typename, "ConflictError");
      assert.match(refused.message, /are kept in Cel\. Send values with their unit/);
      assert.equal((await register({ key: "oil", unit: "Cel" })).sensor.unit, "Cel");
    });

    await t.step("sensors and assets get other keys and are retired, and registered again they are back", async () => {
      const run = async (mutation: string) => Object.values(await ask(url, `mutation { ${mutation} }`))[0] as Answer;
      const renamed = await run(
        `renameSensor(key: "oil", newKey: "gear oil") { ... on RenameSensorPayload { sensor { key } } }`,
      );
      assert.equal(renamed.sensor.key, "gear oil");
      assert.deepEqual(await valuesOf(url, "gear oil"), [20, 20, 20]);
      const taken = await run(
        `renameSensor(key: "gear oil", newKey: "bearing") { __typename ... on Error { message } }`,
      );
      assert.equal(taken.message, 'There is a sensor with the key "bearing" already.');
      const gone = await run(`renameSensor(key: "oil", newKey: "x") { __typename }`);
      assert.equal(gone.__typename, "NotFoundError");

      await run(`retireSensor(key: "gear oil") { __typename }`);
      const { batch } = await ingest(url, "retired", [{ sensor: "gear oil", time: at(60), value: 21 }]);
      assert.deepEqual(batch.quarantine.map(({ reason }: Answer) => reason), ["RETIRED_SENSOR"]);
      const keys = async (args: string) => {
        const { sensors } = await ask(url, `{ sensors(${args}) { edges { node { key retiredAt } } } }`);
        return sensors.edges.flatMap(({ node }: Answer) => node.key === "gear oil" ? [node.retiredAt !== null] : []);
      };
      assert.deepEqual([await keys("first: 100"), await keys("first: 100, withRetired: true")], [[], [true]]);
      await register({ key: "gear oil" });
      const again = await ingest(url, "again", [{ sensor: "gear oil", time: at(61), value: 21 }]);
      assert.equal(again.batch.stored, 1);

      await run(`renameAsset(key: "mill", newKey: "mill 1") { __typename }`);
      await run(`retireAsset(key: "mill 1") { __typename }`);
      const { assets } = await ask(url, "{ assets { edges { node { key } } } }");
      assert.deepEqual(assets.edges.map(({ node }: Answer) => node.key), ["hall"]);
    });

    await t.step("an idempotency key names a batch within its source", async () => {
      const readings = [{ sensor: "k", time: at(0), value: 1 }];
      const [one, two] = await Promise.all(
        ["line-1", "line-2"].map(async (source) =>
          (await ask(url, INGEST, { input: { source, idempotencyKey: "2026-11-24T08:00", readings } })).ingestBatch
        ),
      );
      assert.deepEqual([one.duplicate, two.duplicate], [false, false]);
      assert.notEqual(one.batch.number, two.batch.number);
      const other = { source: "line-1", idempotencyKey: "2026-11-24T08:00", readings: [{ ...readings[0], value: 2 }] };
      const { ingestBatch } = await ask(url, INGEST, { input: other });
      assert.equal(ingestBatch.__typename, "ConflictError");
      assert.match(ingestBatch.message, /of the source "line-1" belongs to batch/);
    });
  });
});
