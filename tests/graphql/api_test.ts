/** Each query, mutation and subscription, through HTTP on the whole service. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, ingest, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";
import { openSse } from "../fixtures/sse.ts";
import { until } from "../fixtures/until.ts";

/** Calm for 400 minutes, then a step far outside, then calm again until the episode has ended. */
function calmThenStep(): number[] {
  const calm = (n: number) => Array.from({ length: n }, (_, i) => 20 + Math.sin(i / 7));
  return [...calm(400), 40, 41, ...calm(80)];
}

const ALERTS =
  "subscription ($after: String) { alerts(after: $after) { cursor change alert { id severity reason score openedAt sensor { key } } } }";

async function sendStep(url: string, sensor: string, from = "2024-01-01T00:00:00Z"): Promise<Answer> {
  const input = { source: sensor, idempotencyKey: `step-${sensor}-${from}`, ...minutes(sensor, from, calmThenStep()) };
  return (await ask(url, INGEST_COLUMNS, { input, wait: true })).result.batch;
}

Deno.test("the service's API", async (t) => {
  await withApp(async (app) => {
    const { url } = app;
    await t.step("assets form a tree and can be changed by registering them again", async () => {
      const register = `mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) {
        __typename ... on RegisterAssetPayload { asset { key name criticality level parent { key } } } ... on Error { message } } }`;
      await ask(url, register, { input: { key: "plant" } });
      const { registerAsset } = await ask(url, register, {
        input: { key: "pump", parentKey: "plant", criticality: "A", level: 6, name: "Pump" },
      });
      assert.deepEqual(registerAsset.asset, {
        key: "pump",
        name: "Pump",
        criticality: "A",
        level: 6,
        parent: { key: "plant" },
      });
      const circle = await ask(url, register, { input: { key: "plant", parentKey: "pump" } });
      assert.match(circle.registerAsset.message, /part of itself/);
      const missing = await ask(url, register, { input: { key: "x", parentKey: "nowhere" } });
      assert.equal(missing.registerAsset.__typename, "NotFoundError");
      const level = await ask(url, register, { input: { key: "x", level: 12 } });
      assert.equal(level.registerAsset.__typename, "InvalidInputError");
    });

    await t.step("a sensor has a range, outside of which readings go to quarantine", async () => {
      const register = `mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) {
        __typename ... on RegisterSensorPayload { sensor { key unit rangeMin rangeMax registered asset { key } } } ... on Error { message } } }`;
      const input = { key: "p1", assetKey: "pump", quantity: "pressure", unit: "bar", rangeMin: 0, rangeMax: 10 };
      const { registerSensor } = await ask(url, register, { input });
      assert.deepEqual(registerSensor.sensor, {
        key: "p1",
        unit: "bar",
        rangeMin: 0,
        rangeMax: 10,
        registered: true,
        asset: { key: "pump" },
      });
      const empty = await ask(url, register, { input: { key: "p2", rangeMin: 1, rangeMax: 1 } });
      assert.equal(empty.registerSensor.__typename, "InvalidInputError");
      const answer = await ingest(url, "range", [{ sensor: "p1", time: 1.7e12, value: 11 }, {
        sensor: "p1",
        time: 1.7e12,
        value: -0.1,
      }]);
      assert.deepEqual(answer.batch.quarantine.map(({ reason }: Answer) => reason), [
        "OUTSIDE_PHYSICAL_RANGE",
        "OUTSIDE_PHYSICAL_RANGE",
      ]);
    });

    await t.step("wait: true answers with the outcome, and the batch names its page in the Temporal UI", async () => {
      const batch = await sendStep(url, "waits");
      assert.deepEqual([batch.state, batch.readings, batch.stored], ["PROCESSED", 482, 482]);
      const page = await fetchInTime(batch.temporalUrl);
      assert.equal(page.status, 200);
      await page.body?.cancel();
    });

    await t.step("without wait, the batch is accepted at once and processed soon", async () => {
      const input = { source: "soon", idempotencyKey: "soon", ...minutes("soon", "2024-01-01T00:00:00Z", [1, 2, 3]) };
      const { result } = await ask(url, INGEST_COLUMNS, { input });
      assert.ok(["ACCEPTED", "INGESTED"].includes(result.batch.state));
      const look = `query ($id: ID!) { batch(id: $id) { state } node(id: $id) { __typename ... on Batch { stored } } }`;
      const done = await until("the batch", async () => {
        const answer = await ask(url, look, { id: result.batch.id });
        return answer.batch.state === "PROCESSED" ? answer : undefined;
      });
      assert.deepEqual(done.node, { __typename: "Batch", stored: 3 });
    });

    await t.step("readings come by range, and in buckets of a resolution", async () => {
      const query = `query ($resolution: Duration, $first: Int) {
        readings(sensor: "waits", from: "2024-01-01T00:00:00Z", to: "2024-01-01T02:00:00Z", resolution: $resolution, first: $first) {
          truncated points { time value min max count } } }`;
      const each = (await ask(url, query)).readings;
      assert.equal(each.points.length, 120);
      const hours = (await ask(url, query, { resolution: "PT1H" })).readings;
      assert.deepEqual(hours.points.map(({ time, count }: Answer) => [time, count]), [
        ["2024-01-01T00:00:00.000Z", 60],
        ["2024-01-01T01:00:00.000Z", 60],
      ]);
      const mean = each.points.slice(0, 60).reduce((sum: number, { value }: Answer) => sum + value, 0) / 60;
      assert.ok(Math.abs(hours.points[0].value - mean) < 1e-9);
      assert.equal((await ask(url, query, { first: 10 })).readings.truncated, true);
      const { body } = await post(url, { query, variables: { resolution: "fortnight" } });
      assert.match(body.errors[0].message, /ISO 8601 duration/);
    });

    await t.step(
      "alerts reach the store: one says why, and leads to its batch, and the batch to its alerts",
      async () => {
        const { alerts } = await ask(
          url,
          `{ alerts(sensor: "waits") { edges { node {
        id kind severity state reason score openedAt endedAt
        evidence { change value score threshold missing contributions { detector score facts { name value } } }
        batch { number alerts { id } } } } } }`,
        );
        const [{ node }] = alerts.edges;
        assert.equal(alerts.edges.length, 1);
        assert.equal(node.openedAt, "2024-01-01T06:40:00.000Z");
        assert.equal(node.state, "RETURNED_UNACKNOWLEDGED");
        const opened = node.evidence.find(({ change }: Answer) => change === "OPENED");
        assert.equal(opened.value, 40);
        assert.ok(opened.score >= opened.threshold);
        const novelty = opened.contributions.find(({ detector }: Answer) => detector === "value_novelty");
        assert.deepEqual(novelty.facts.map(({ name }: Answer) => name), ["min", "max", "excess"]);
        assert.ok(node.batch.alerts.some(({ id }: Answer) => id === node.id));
      },
    );

    await t.step("a sensor says how far it is from being judged", async () => {
      const query = `query ($key: String!) { sensor(key: $key) { judgesAfter } }`;
      assert.equal((await ask(url, query, { key: "soon" })).sensor.judgesAfter, 197);
      assert.equal((await ask(url, query, { key: "waits" })).sensor.judgesAfter, 0);
    });

    await t.step("lists go in pages", async () => {
      const query =
        `query ($after: String) { batches(first: 2, after: $after) { edges { node { number } } pageInfo { hasNextPage endCursor } } }`;
      const seen: number[] = [];
      for (let after: string | undefined, more = true; more;) {
        const { batches } = await ask(url, query, { after });
        seen.push(...batches.edges.map(({ node }: Answer) => node.number));
        [after, more] = [batches.pageInfo.endCursor, batches.pageInfo.hasNextPage];
      }
      assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => b - a));
      assert.ok(seen.length >= 3);
    });

    await t.step(
      "a subscription over SSE resumes behind its cursor, by argument or Last-Event-ID, and misses and repeats nothing",
      async () => {
        const live = await openSse(url, ALERTS);
        await sendStep(url, "sse-1");
        const first = await live.next();
        assert.equal(first!.data.data.alerts.change, "OPENED");
        assert.equal(first!.id, first!.data.data.alerts.cursor);
        await live.close();
        await sendStep(url, "sse-2");
        const wanted = ["sse-1 CLOSED", "sse-2 OPENED", "sse-2 CLOSED"];
        const cursor = first!.data.data.alerts.cursor;
        for (const options of [{ variables: { after: cursor } }, { headers: { "last-event-id": cursor } }]) {
          const resumed = await openSse(url, ALERTS, options);
          const seen: string[] = [];
          while (seen.length < wanted.length) {
            const { change, alert } = (await resumed.next())!.data.data.alerts;
            if (change !== "RAISED") seen.push(`${alert.sensor.key} ${change}`);
          }
          assert.deepEqual(seen, wanted);
          await resumed.close();
        }
      },
    );

    await t.step("a forged cursor, and one that is ahead of the log, are refused", async () => {
      for (const after of ["forged", "e30=", btoa("event:-1"), btoa("event:999999999")]) {
        const stream = await openSse(url, ALERTS, { variables: { after } });
        assert.equal((await stream.next())!.data.errors[0].extensions.code, "INVALID_INPUT");
        await stream.close();
      }
    });

    await t.step("reprocessing reports the same alerts that were opened live", async () => {
      const start = `mutation ($input: StartReprocessingInput!) { startReprocessing(input: $input) {
        ... on StartReprocessingPayload { reprocessing { id state } } ... on Error { message } } }`;
      const input = { sensorKey: "waits", from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z" };
      const { startReprocessing: { reprocessing } } = await ask(url, start, { input });
      const query = `query ($id: ID!) { reprocessing(id: $id) { state sensors sensorsFinished readings temporalUrl
        alerts { openedAt endedAt severity live sensor { key } } } }`;
      const run = await until("the run", async () => {
        const { reprocessing: run } = await ask(url, query, { id: reprocessing.id });
        return run.state === "RUNNING" ? undefined : run;
      });
      assert.deepEqual([run.state, run.sensors, run.sensorsFinished, run.readings], ["FINISHED", 1, 1, 482]);
      assert.deepEqual(run.alerts.map(({ openedAt, live }: Answer) => [openedAt, live]), [[
        "2024-01-01T06:40:00.000Z",
        true,
      ]]);
      const ofAsset = await ask(url, start, { input: { ...input, sensorKey: undefined, assetKey: "plant" } });
      assert.equal(ofAsset.startReprocessing.reprocessing.state, "RUNNING");
      for (
        const wrong of [{ ...input, assetKey: "plant" }, { ...input, sensorKey: "nope" }, { ...input, to: input.from }]
      ) {
        assert.ok((await ask(url, start, { input: wrong })).startReprocessing.message);
      }
    });

    await t.step("health is good, GraphiQL answers browsers, and a page of another site cannot send", async () => {
      for (const path of ["/health", "/health/db", "/health/ready", "/health/live"]) {
        const response = await fetchInTime(`${url}${path}`);
        assert.deepEqual([response.status, (await response.json()).ok], [200, true]);
      }
      const page = await fetchInTime(`${url}/graphql`, { headers: { accept: "text/html" } });
      assert.match(await page.text(), /GraphiQL|graphiql/);
      const forged = await fetchInTime(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: `{"query":"{ __typename }"}`,
      });
      assert.equal(forged.status >= 400, true);
      await forged.body?.cancel();
    });

    await t.step("SIGTERM ends it within 10 s while subscriptions are open", async () => {
      const stream = await openSse(url, ALERTS);
      const beganMs = performance.now();
      const ended = app.end("SIGTERM");
      while (await stream.next() !== undefined);
      assert.equal(await ended, 0);
      assert.ok(performance.now() - beganMs < 10_000);
      await stream.close();
    });
  });
});
