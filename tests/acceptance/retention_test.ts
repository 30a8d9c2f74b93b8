/** What people see of retention: through HTTP, on the whole service, over a restart without Temporal's data. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";

const DAY_MS = 86_400_000;
const OLD = Math.floor((Date.now() - 40 * DAY_MS) / DAY_MS) * DAY_MS;

const SET = `mutation ($input: RetentionPolicyInput!) { setRetention(input: $input) {
  __typename ... on SetRetentionPayload { retention { policies { noun keep why changedBy } } } ... on Error { message }
  ... on InvalidInputError { field } } }`;
const DUE =
  `query ($assume: [RetentionPolicyInput!]!) { retention { temporalUrl due(assume: $assume) { noun rows bytes complete } } }`;
const READ = `query ($from: DateTime!, $to: DateTime!, $resolution: Duration) {
  readings(sensor: "s", from: $from, to: $to, resolution: $resolution, first: 1000) {
    rolledUpBefore hoursOnlyBefore points { time value min max count width status } } }`;

function send(url: string, idempotencyKey: string, values: readonly number[]): Promise<Answer> {
  const columns = minutes("s", new Date(OLD).toISOString(), values);
  return ask(url, INGEST_COLUMNS, { input: { source: "s", idempotencyKey, ...columns }, wait: true });
}

Deno.test("readings go when somebody says so, live on as minutes, and never come back", async (t) => {
  const home = await temporaryHome();
  let app = await startAppProcess(home);
  try {
    const { url } = app;
    const values = Array.from({ length: 90 }, (_, i) => i % 10);
    const range = { from: new Date(OLD).toISOString(), to: new Date(OLD + DAY_MS).toISOString() };
    const assume = [{ noun: "READING", keep: "P7D" }];
    await send(url, "first", values);
    const hours = (await ask(url, READ, { ...range, resolution: "PT1H" })).readings.points;

    await t.step("nonsense is refused in words, and changes nothing", async () => {
      const wrong: [Record<string, unknown>, RegExp][] = [
        [{ noun: "READING", keep: "P1D" }, /shorter than 7 days/],
        [{ noun: "EVENT", keep: "PT1H" }, /shorter than 1 day/],
        [{ noun: "LEDGER", keep: "P9D", forEver: true }, /not both/],
      ];
      for (const [input, message] of wrong) {
        const { setRetention } = await ask(url, SET, { input });
        assert.deepEqual([setRetention.__typename, setRetention.field], ["InvalidInputError", "keep"]);
        assert.match(setRetention.message, message);
      }
      const { body } = await post(url, { query: DUE, variables: { assume: [{ noun: "READING", keep: "P1D" }] } });
      assert.equal(body.errors[0].extensions.code, "INVALID_INPUT");
      const { retention } = await ask(url, DUE, { assume: [] });
      assert.deepEqual(retention.due.filter(({ rows }: Answer) => rows > 0), []);
    });

    await t.step("a dry run with other policies says what they would do", async () => {
      const { retention } = await ask(url, DUE, { assume });
      const [reading] = retention.due.filter(({ rows }: Answer) => rows > 0);
      assert.deepEqual([reading.noun, reading.rows, reading.complete], ["READING", 90, true]);
      assert.ok(reading.bytes > 0);
    });

    await t.step("set and applied, the readings are minutes, and the answer says so", async () => {
      const { setRetention } = await ask(url, SET, { input: assume[0] });
      const policy = setRetention.retention.policies.find(({ noun }: Answer) => noun === "READING");
      assert.deepEqual([policy.keep, policy.changedBy], ["PT604800S", "local"]);
      const { applyRetention } = await ask(
        url,
        `mutation { applyRetention { ... on ApplyRetentionPayload { retention { temporalUrl } } } }`,
      );
      const page = await fetchInTime(applyRetention.retention.temporalUrl);
      assert.equal(page.status, 200);
      await page.body?.cancel();
      const series = await until("the readings to go", async () => {
        const { readings } = await ask(url, READ, range);
        return readings.rolledUpBefore === null ? undefined : readings;
      });
      assert.equal(series.hoursOnlyBefore, null);
      assert.deepEqual(series.points[3], {
        time: new Date(OLD + 180_000).toISOString(),
        value: 3,
        min: 3,
        max: 3,
        count: 1,
        width: "PT60S",
        status: null,
      });
      assert.deepEqual((await ask(url, READ, { ...range, resolution: "PT1H" })).readings.points, hours);
      assert.deepEqual((await ask(url, DUE, { assume: [] })).retention.due.filter(({ rows }: Answer) => rows > 0), []);
    });

    await t.step("what comes for that time is in quarantine with a reason", async () => {
      const { result } = await send(url, "second", values);
      assert.deepEqual([result.batch.state, result.batch.stored, result.batch.quarantined], ["PROCESSED", 0, 90]);
      assert.equal(result.batch.quarantine[0].reason, "TOO_OLD");
      assert.match(result.batch.quarantine[0].detail, /given way to minutes and hours/);
      assert.deepEqual((await ask(url, READ, { ...range, resolution: "PT1H" })).readings.points, hours);
    });

    await t.step("a lost Temporal database takes no plan along for good", async () => {
      await app.end("SIGTERM");
      await rm(join(home, "temporal"), { recursive: true });
      app = await startAppProcess(home);
      const { applyRetention } = await ask(app.url, `mutation { applyRetention { __typename } }`);
      assert.equal(applyRetention.__typename, "ApplyRetentionPayload");
      assert.deepEqual((await ask(app.url, READ, { ...range, resolution: "PT1H" })).readings.points, hours);
    });
  } finally {
    assert.equal(await app.end("SIGTERM"), 0);
    await rm(home, { recursive: true });
  }
});
