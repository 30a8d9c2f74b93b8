/** Order between sources, and what people do about batches and runs that are in the way, through HTTP. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, ingest, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";

const START = "2024-01-01T00:00:00Z";
const REGISTER = `mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) {
  __typename ... on RegisterSensorPayload { sensor { key reorderWindow } } ... on Error { message } ... on InvalidInputError { field } } }`;
const ALERTS = `query ($sensor: String!) { alerts(sensor: $sensor, first: 100) {
  edges { node { kind severity score episodeStart openedAt endedAt } } } }`;
const SENSOR = "query ($key: String!) { sensor(key: $key) { watermark late { count from to } } }";

/** Calm but for two spikes, far enough apart to be two episodes. */
const SPIKES: Readonly<Record<number, number>> = { 450: 30, 451: 30, 600: 90 };
const VALUES = Array.from({ length: 700 }, (_, i) => 20 + Math.sin(i / 5) + (SPIKES[i] ?? 0));

/** Sends the values to `sensor` in slices of 50 minutes, as two gateways that each know every other reading. */
async function sendByTwo(url: string, sensor: string): Promise<Answer[]> {
  const batches: Answer[] = [];
  for (let from = 0; from < VALUES.length; from += 50) {
    for (const [source, odd] of [["east", 0], ["west", 1]] as const) {
      const places = Array.from({ length: 25 }, (_, i) => from + 2 * i + odd);
      const input = {
        source: `${source}-${sensor}`,
        idempotencyKey: `${sensor}/${source}/${from}`,
        sensors: [sensor],
        sensor: places.map(() => 0),
        time: places.map((i) => Date.parse(START) + i * 60_000),
        value: places.map((i) => VALUES[i]),
      };
      batches.push((await ask(url, INGEST_COLUMNS, { input, wait: true })).result.batch);
    }
  }
  return batches;
}

const lateOf = (batches: Answer[]) => batches.reduce((sum, { late }) => sum + late, 0);

Deno.test("order, and what people do about what is in its way", async (t) => {
  await withApp(async ({ url }) => {
    await t.step(
      "what two sources of one sensor interleave is late, and told, unless the sensor has a reorder window",
      async () => {
        const plain = await sendByTwo(url, "plain");
        const { sensor } = await ask(url, SENSOR, { key: "plain" });
        assert.ok(lateOf(plain) > 300);
        assert.equal(sensor.late.count, lateOf(plain));

        const { registerSensor } = await ask(url, REGISTER, { input: { key: "window", reorderWindow: "PT1H" } });
        assert.deepEqual(registerSensor.sensor, { key: "window", reorderWindow: "PT3600S" });
        assert.equal(lateOf(await sendByTwo(url, "window")), 0);
        // Judged up to the window behind the newest reading, exactly as readings that come in order.
        const seen = await ask(url, SENSOR, { key: "window" });
        assert.equal(Date.parse(seen.sensor.watermark), Date.parse(START) + (VALUES.length - 1 - 60) * 60_000);
        const input = {
          source: "one",
          idempotencyKey: "one",
          ...minutes("one", START, VALUES.slice(0, VALUES.length - 60)),
        };
        await ask(url, INGEST_COLUMNS, { input, wait: true });
        const alerts = (await ask(url, ALERTS, { sensor: "one" })).alerts.edges;
        assert.ok(alerts.length >= 2);
        assert.deepEqual((await ask(url, ALERTS, { sensor: "window" })).alerts.edges, alerts);
      },
    );

    await t.step("a reorder window is longer than nothing and at most a day", async () => {
      const { registerSensor } = await ask(url, REGISTER, { input: { key: "window", reorderWindow: "P2D" } });
      assert.deepEqual([registerSensor.__typename, registerSensor.field], ["InvalidInputError", "reorderWindow"]);
    });

    const RETRY = `mutation ($input: RetryBatchesInput!) { retryBatches(input: $input) {
      __typename ... on RetryBatchesPayload { batches { id state } } ... on Error { message } } }`;
    const GIVE_UP = `mutation ($input: GiveUpBatchInput!) { giveUpBatch(input: $input) {
      __typename ... on GiveUpBatchPayload { batch { state } } ... on Error { message } } }`;

    await t.step("retrying and giving up say what cannot be done", async () => {
      const { batch } = await ingest(url, "done", [{ sensor: "s", time: START, value: 1 }], "line");
      const answers = [
        await ask(url, RETRY, { input: {} }),
        await ask(url, RETRY, { input: { source: "nowhere" } }),
        await ask(url, RETRY, { input: { batch: batch.id } }),
        await ask(url, RETRY, { input: { batch: btoa("Batch:999999") } }),
        await ask(url, RETRY, { input: { source: "line" } }),
      ].map(({ retryBatches }) => [retryBatches.__typename, retryBatches.message ?? retryBatches.batches.length]);
      assert.deepEqual(answers, [
        ["InvalidInputError", "Name either a batch or a source."],
        ["NotFoundError", 'There is no source with the key "nowhere".'],
        ["ConflictError", `Batch ${batch.number} cannot be retried: it is processed, not failed.`],
        ["NotFoundError", "There is no such batch."],
        ["RetryBatchesPayload", 0],
      ]);
      const given = await ask(url, GIVE_UP, { input: { batch: batch.id, reason: "too late" } });
      assert.equal(given.giveUpBatch.__typename, "ConflictError");
      const silent = await ask(url, GIVE_UP, { input: { batch: batch.id, reason: " " } });
      assert.equal(silent.giveUpBatch.message, "The reason is empty.");
    });

    await t.step("reprocess runs are bounded in number, and can be cancelled", async () => {
      const start = `mutation ($input: StartReprocessingInput!) { startReprocessing(input: $input) {
        __typename ... on StartReprocessingPayload { reprocessing { id state } } ... on Error { message } } }`;
      const cancel = `mutation ($id: ID!) { cancelReprocessing(id: $id) {
        __typename ... on CancelReprocessingPayload { reprocessing { id state failure } } ... on Error { message } } }`;
      const input = { sensorKey: "window", from: START, to: "2025-01-01T00:00:00Z" };
      const started = await Promise.all(Array.from({ length: 30 }, () => ask(url, start, { input })));
      const refused = started.filter(({ startReprocessing }) => startReprocessing.__typename === "UnavailableError");
      const [first] = started.flatMap(({ startReprocessing }) => startReprocessing.reprocessing ?? []);
      if (refused.length > 0) assert.match(refused[0].startReprocessing.message, /which is the limit/);
      const { cancelReprocessing } = await ask(url, cancel, { id: first.id });
      assert.match(cancelReprocessing.reprocessing.state, /^(CANCELLED|FINISHED)$/);
      const unknown = await ask(url, cancel, { id: btoa("ReprocessRun:99999") });
      assert.equal(unknown.cancelReprocessing.__typename, "NotFoundError");
      await until("all runs to end", async () => {
        const { reprocessings } = await ask(url, "{ reprocessings(first: 100) { edges { node { state } } } }");
        return reprocessings.edges.every(({ node }: Answer) => node.state !== "RUNNING") || undefined;
      });
    });
  }, { MILLWRIGHT_REPROCESSINGS_MAX: "2" });
});
