/**
 * What is wrong with a batch is answered as a typed error, or its readings go to quarantine; all else goes on. Through
 * HTTP, on the whole service.
 */
import assert from "node:assert/strict";
import { QUARANTINE_REASONS } from "../../src/domain/intake/quarantine.ts";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST, ingest, INGEST_COLUMNS, post } from "../fixtures/graphql.ts";

const GOOD = { sensor: "s1", time: "2024-05-01T00:00:00Z", value: 1 };

/** Reasons that a step below has brought about. */
const reached = new Set<string>();

function reasons(answer: Answer): string[] {
  const names = answer.batch.quarantine.map(({ reason }: Answer) => reason);
  for (const name of names) reached.add(name);
  return names;
}

Deno.test("bad input gets a typed error or quarantine, and nothing else is lost", async (t) => {
  await withApp(async ({ url }) => {
    await t.step("a missing key is refused by name", async () => {
      const { body } = await post(url, { query: INGEST, variables: { input: { readings: [GOOD] } } });
      assert.match(body.errors[0].message, /idempotencyKey/);
    });
    await t.step("an empty key is invalid", async () => {
      const answer = await ingest(url, "", [GOOD]);
      assert.equal(answer.__typename, "InvalidInputError");
      assert.equal(answer.field, "idempotencyKey");
    });
    for (const key of ["a\u0000b", "line\nbreak", "\u202Eright to left", "lone \uD800", " padded", "k".repeat(201)]) {
      await t.step(`the key ${JSON.stringify(key.slice(0, 20))} is invalid`, async () => {
        assert.equal((await ingest(url, key, [GOOD])).__typename, "InvalidInputError");
      });
    }
    await t.step("keys of any script are welcome", async () => {
      const answer = await ingest(url, "ключ-密钥-🔑", [{ ...GOOD, sensor: "датчик 温度" }]);
      assert.equal(answer.batch.stored, 1);
    });
    await t.step("an empty batch is invalid", async () => {
      const answer = await ingest(url, "empty", []);
      assert.deepEqual([answer.__typename, answer.field], ["InvalidInputError", "readings"]);
    });
    await t.step("more than 10,000 readings are invalid", async () => {
      const answer = await ingest(url, "many", Array.from({ length: 10_001 }, () => GOOD));
      assert.match(answer.message, /10001 readings, 10000 at most/);
    });
    await t.step("columns of different lengths are invalid", async () => {
      const input = { idempotencyKey: "uneven", sensors: ["s1"], sensor: [0, 0], time: [1, 2], value: [1] };
      assert.match((await ask(url, INGEST_COLUMNS, { input })).result.message, /2 entries in "time" but 1 in "value"/);
    });
    await t.step("a column that is no array is refused by name", async () => {
      const input = { idempotencyKey: "flat", sensors: ["s1"], sensor: 0, time: [1], value: [1] };
      const { body } = await post(url, { query: INGEST_COLUMNS, variables: { input } });
      assert.match(body.errors[0].message, /is not a JSON array/);
    });
    await t.step("a body over the limit is refused, whether it says its length or not", async () => {
      const text = JSON.stringify({ query: INGEST, padding: "x".repeat(9 * 2 ** 20) });
      const said = await post(url, text);
      assert.deepEqual([said.status, said.body.errors[0].extensions.code], [413, "PAYLOAD_TOO_LARGE"]);
      const response = await fetchInTime(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: new Blob([text]).stream(),
      });
      assert.equal(response.status, 413);
      await response.body?.cancel();
    });
    await t.step("values that are no finite numbers go to quarantine as they were sent", async () => {
      const values = [null, "NaN", "Infinity", "12.5", true, { a: 1 }, 7];
      const answer = await ingest(
        url,
        "values",
        values.map((value, i) => ({ ...GOOD, time: `2024-05-02T00:0${i}:00Z`, value })),
      );
      assert.deepEqual([answer.batch.state, answer.batch.stored, answer.batch.quarantined], ["PROCESSED", 1, 6]);
      assert.deepEqual(new Set(reasons(answer)), new Set(["NOT_A_NUMBER"]));
      assert.equal(JSON.parse(answer.batch.quarantine[3].raw).value, "12.5");
    });
    await t.step("1e400 and NaN written into the operation go to quarantine", async () => {
      const readings =
        `[{sensor: "s1", time: "2024-05-03T00:00:00Z", value: 1e400}, {sensor: "s1", time: "2024-05-03T00:01:00Z", value: NaN}]`;
      const query = `mutation { ingestBatch(input: {idempotencyKey: "literals", readings: ${readings}}, wait: true) {
        ... on IngestBatchPayload { batch { stored quarantined quarantine { reason raw } } } } }`;
      const { ingestBatch: { batch } } = await ask(url, query);
      assert.deepEqual([batch.stored, batch.quarantined], [0, 2]);
      assert.equal(JSON.parse(batch.quarantine[0].raw).value, "Infinity");
    });
    await t.step("1e400 in a body of variables goes to quarantine", async () => {
      const input =
        `{"idempotencyKey":"huge","readings":[{"sensor":"s1","time":"2024-05-03T01:00:00Z","value":1e400}]}`;
      const { body } = await post(
        url,
        `{"query":${JSON.stringify(INGEST)},"variables":{"wait":true,"input":${input}}}`,
      );
      assert.deepEqual(reasons(body.data.ingestBatch), ["NOT_A_NUMBER"]);
    });
    await t.step("timestamps that cannot be, or cannot be read, go to quarantine", async () => {
      const times: [unknown, string][] = [
        ["yesterday", "UNREADABLE_TIMESTAMP"],
        ["2024-05-01 10:00:00", "UNREADABLE_TIMESTAMP"],
        ["2024-02-30T00:00:00Z", "UNREADABLE_TIMESTAMP"],
        [null, "UNREADABLE_TIMESTAMP"],
        ["1989-12-31T23:59:59Z", "TOO_OLD"],
        [0, "TOO_OLD"],
        ["2199-01-01T00:00:00Z", "IN_THE_FUTURE"],
      ];
      const answer = await ingest(url, "times", times.map(([time]) => ({ ...GOOD, time })));
      assert.deepEqual(reasons(answer), times.map(([, reason]) => reason));
      assert.equal(answer.batch.state, "PROCESSED");
    });
    await t.step(
      "readings out of order are stored in order; repeats count once; a repeat with another value is a conflict",
      async () => {
        const at = (minute: number, value: number) => ({
          sensor: "s2",
          time: Date.parse("2024-05-04T00:00:00Z") + minute * 60_000,
          value,
        });
        const answer = await ingest(url, "disorder", [at(3, 3), at(1, 1), at(2, 2), at(2, 2), at(1, 99)]);
        assert.deepEqual([answer.batch.stored, answer.batch.duplicates, answer.batch.quarantined], [3, 1, 1]);
        assert.deepEqual(reasons(answer), ["CONFLICT_IN_BATCH"]);
        const { readings } = await ask(
          url,
          `{ readings(sensor: "s2", from: "2024-05-04T00:00:00Z", to: "2024-05-05T00:00:00Z") { points { value } } }`,
        );
        assert.deepEqual(readings.points.map(({ value }: Answer) => value), [1, 2, 3]);
      },
    );
    await t.step("a stored reading sent again is a duplicate, with another value a conflict", async () => {
      const again = await ingest(url, "again", [{ ...GOOD, sensor: "s3" }]);
      assert.equal(again.batch.stored, 1);
      const answer = await ingest(url, "again-2", [{ ...GOOD, sensor: "s3" }]);
      assert.deepEqual([answer.batch.stored, answer.batch.duplicates], [0, 1]);
      const other = await ingest(url, "again-3", [{ ...GOOD, sensor: "s3", value: 2 }]);
      assert.deepEqual([other.batch.duplicates, ...reasons(other)], [0, "CONFLICT_WITH_STORED"]);
    });
    await t.step("readings behind the watermark are stored, counted as late, and shown at the sensor", async () => {
      await ingest(url, "late-1", [{ sensor: "s4", time: "2024-05-06T12:00:00Z", value: 1 }]);
      const answer = await ingest(url, "late-2", [{ sensor: "s4", time: "2024-05-06T11:00:00Z", value: 1 }]);
      assert.deepEqual([answer.batch.stored, answer.batch.late], [1, 1]);
      const { sensor } = await ask(url, `{ sensor(key: "s4") { watermark late { count from to } } }`);
      assert.deepEqual(sensor, {
        watermark: "2024-05-06T12:00:00.000Z",
        late: { count: 1, from: "2024-05-06T11:00:00.000Z", to: "2024-05-06T11:00:00.000Z" },
      });
    });
    await t.step(
      "an unknown sensor is registered; one whose key holds control characters goes to quarantine",
      async () => {
        const answer = await ingest(url, "unknown", [{ ...GOOD, sensor: "never seen" }, {
          ...GOOD,
          sensor: "bad\u0007key",
        }]);
        assert.deepEqual([answer.batch.stored, ...reasons(answer)], [1, "INVALID_SENSOR"]);
        assert.deepEqual((await ask(url, `{ sensor(key: "never seen") { registered } }`)).sensor, {
          registered: false,
        });
      },
    );
    await t.step(
      "a tenant may want readings of unknown sensors in quarantine, and take new sensors again",
      async () => {
        const configure = `mutation ($unknownSensors: UnknownSensors) {
        configureTenant(input: { unknownSensors: $unknownSensors }) {
          ... on ConfigureTenantPayload { tenant { unknownSensors } } ... on Error { message } } }`;
        const set = async (unknownSensors: string | undefined) =>
          (await ask(url, configure, { unknownSensors })).configureTenant.tenant.unknownSensors;
        assert.equal(await set("QUARANTINE"), "QUARANTINE");
        assert.equal(await set(undefined), "QUARANTINE");
        const strict = await ingest(url, "strict", [{ ...GOOD, sensor: "stranger" }, {
          ...GOOD,
          sensor: "another stranger",
        }, {
          ...GOOD,
          sensor: "never seen",
          time: "2024-05-02T00:00:00Z",
        }]);
        assert.deepEqual([strict.batch.stored, ...reasons(strict)], [1, "UNKNOWN_SENSOR", "UNKNOWN_SENSOR"]);
        assert.match(strict.batch.quarantine[0].detail, /no sensor has the key "stranger"/);
        assert.equal((await ask(url, `{ sensor(key: "stranger") { key } }`)).sensor, null);
        assert.equal(await set("REGISTER"), "REGISTER");
        assert.equal((await ingest(url, "lax", [{ ...GOOD, sensor: "stranger" }])).batch.stored, 1);
        assert.equal((await ask(url, "{ tenant { key unknownSensors } }")).tenant.unknownSensors, "REGISTER");
      },
    );
    await t.step("a tenant's time zone is one that there is; an empty text is none", async () => {
      const configure = `mutation ($timeZone: String) { configureTenant(input: { timeZone: $timeZone }) {
        __typename ... on ConfigureTenantPayload { tenant { timeZone } } ... on InvalidInputError { field message } } }`;
      const set = async (timeZone: string) => (await ask(url, configure, { timeZone })).configureTenant;
      assert.equal((await set("Asia/Kolkata")).tenant.timeZone, "Asia/Kolkata");
      for (const wrong of ["Mars/Olympus", "a\u0000", " ", "x".repeat(5_000)]) {
        const { __typename, field, message } = await set(wrong);
        assert.deepEqual([__typename, field], ["InvalidInputError", "timeZone"]);
        assert.ok(message.length < 200);
      }
      assert.equal((await ask(url, "{ tenant { timeZone } }")).tenant.timeZone, "Asia/Kolkata");
      assert.equal((await set("")).tenant.timeZone, null);
    });
    await t.step("values outside a sensor's physical range go to quarantine", async () => {
      const register =
        `mutation { registerSensor(input: { key: "ranged", rangeMin: 0, rangeMax: 10 }) { __typename } }`;
      await ask(url, register);
      const rows = [-0.1, 0, 10, 10.1].map((value, i) => ({
        sensor: "ranged",
        time: `2024-05-01T00:0${i}:00Z`,
        value,
      }));
      const answer = await ingest(url, "ranged", rows);
      assert.deepEqual([answer.batch.stored, ...reasons(answer)], [
        2,
        "OUTSIDE_PHYSICAL_RANGE",
        "OUTSIDE_PHYSICAL_RANGE",
      ]);
    });
    await t.step("a status of bad quality, or none at all, goes to quarantine", async () => {
      const rows = [0x80000000, "x", -1, 0x40000000].map((status, i) => ({
        ...GOOD,
        sensor: "s5",
        time: `2024-05-07T00:0${i}:00Z`,
        status,
      }));
      assert.deepEqual(reasons(await ingest(url, "quality", rows)), [
        "BAD_QUALITY",
        "UNREADABLE_STATUS",
        "UNREADABLE_STATUS",
      ]);
    });
    await t.step("units that are none or do not fit, and retired sensors, go to quarantine", async () => {
      await ask(url, `mutation { registerSensor(input: { key: "heat", unit: "Cel" }) { __typename } }`);
      await ingest(url, "before", [{ sensor: "old", time: "2024-05-07T00:00:00Z", value: 1 }]);
      await ask(url, `mutation { retireSensor(key: "old") { __typename } }`);
      const rows = [
        { sensor: "heat", time: "2024-05-07T00:00:00Z", value: 1, unit: "degrees" },
        { sensor: "heat", time: "2024-05-07T00:01:00Z", value: 1, unit: "bar" },
        { sensor: "old", time: "2024-05-07T00:01:00Z", value: 1 },
      ];
      const expected = ["UNKNOWN_UNIT", "INCOMMENSURABLE_UNIT", "RETIRED_SENSOR"];
      assert.deepEqual(reasons(await ingest(url, "unfit", rows)), expected);
    });
    await t.step("10,000 different sensors in one batch are taken", async () => {
      const n = 10_000;
      const input = {
        idempotencyKey: "wide",
        sensors: Array.from({ length: n }, (_, i) => `wide-${i}`),
        sensor: Array.from({ length: n }, (_, i) => i),
        time: Array(n).fill("2024-05-01T00:00:00Z"),
        value: Array(n).fill(1),
      };
      const { result } = await ask(url, INGEST_COLUMNS, { input, wait: true });
      assert.deepEqual([result.batch.state, result.batch.stored], ["PROCESSED", n]);
    });
    await t.step("the same key with other content is a conflict", async () => {
      await ingest(url, "taken", [GOOD]);
      const answer = await ingest(url, "taken", [{ ...GOOD, value: 2 }]);
      assert.deepEqual([answer.__typename, answer.field], ["ConflictError", "idempotencyKey"]);
    });
    await t.step("the same batch sent 20 times at once is one batch", async () => {
      const rows = Array.from(
        { length: 50 },
        (_, i) => ({ sensor: "s6", time: Date.parse("2024-05-08T00:00:00Z") + i * 1_000, value: i }),
      );
      const answers = await Promise.all(Array.from({ length: 20 }, () => ingest(url, "twenty", rows)));
      assert.equal(new Set(answers.map(({ batch }) => batch.id)).size, 1);
      assert.equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
      assert.ok(
        answers.every(({ batch }) => batch.state === "PROCESSED" && batch.stored === 50 && batch.duplicates === 0),
      );
    });
    await t.step("a body that is no JSON, and an operation that is too deep, are refused", async () => {
      assert.equal((await post(url, "{nope")).status, 400);
      const deep = "{ assets { edges { node { " + "parent { ".repeat(20) + "key" + " }".repeat(20) + " } } } }";
      assert.equal((await post(url, { query: deep })).body.errors[0].extensions.code, "OPERATION_TOO_LARGE");
    });
    await t.step("every reason for quarantine has been reached above", () => {
      const all = Object.keys(QUARANTINE_REASONS).map((reason) => reason.toUpperCase());
      assert.deepEqual(all.filter((reason) => !reached.has(reason)), [], "Add a step that brings each of them about.");
    });
    await t.step("what nobody foresaw is not shown to clients", async () => {
      const { body } = await post(url, { query: `{ batches(after: "forged") { edges { cursor } } }` });
      assert.equal(body.errors[0].extensions.code, "INVALID_INPUT");
    });
  });
});
