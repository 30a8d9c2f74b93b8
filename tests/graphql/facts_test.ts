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
