/** Many clients at once, each waiting for the outcome of its batch before it sends the next: none is left waiting. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, INGEST_COLUMNS, post } from "../fixtures/graphql.ts";

const CLIENTS = 16;
const SENSORS = 10;
const READINGS_PER_SENSOR = 10;
const BATCHES_PER_CLIENT = 20;
const READINGS = SENSORS * READINGS_PER_SENSOR;

/** Between 0 and 1, without order, the same each time. */
function noise(i: number): number {
  return Math.abs(Math.sin(i) * 43_758.5453) % 1;
}

/**
 * Batch `n` of a client, in its own source and sensors. Its values, and so all that is stored of it, are written in
 * texts of many lengths.
 */
function batch(client: number, n: number) {
  const places = Array.from({ length: READINGS }, (_, i) => i);
  const row = (i: number) => n * READINGS_PER_SENSOR + Math.floor(i / SENSORS);
  return {
    source: `line-${client}`,
    idempotencyKey: `line-${client}-${n}`,
    sensors: Array.from({ length: SENSORS }, (_, i) => `line-${client}/sensor-${i}`),
    sensor: places.map((i) => i % SENSORS),
    time: places.map((i) => Date.UTC(2024, 0, 1) + row(i) * 60_000),
    value: places.map((i) => (50 + 5 * Math.sin(row(i) / 40) + noise(n * READINGS + i)) * (1 + client)),
  };
}

Deno.test("sixteen clients that wait for each of their batches are all answered", async () => {
  await withApp(async ({ url }) => {
    const sendAll = async (client: number): Promise<Answer[]> => {
      const answers: Answer[] = [];
      for (let n = 0; n < BATCHES_PER_CLIENT; n++) {
        const variables = { input: batch(client, n), wait: true };
        answers.push((await post(url, { query: INGEST_COLUMNS, variables })).body.data.result);
      }
      return answers;
    };
    const answers = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => sendAll(client)));
    for (const { __typename, batch } of answers.flat()) {
      assert.deepEqual([__typename, batch.state, batch.stored], ["IngestBatchPayload", "PROCESSED", READINGS]);
    }
  });
});
