/**
 * Sends a batch, reads alerts, and follows them across breaks of the connection. Node 22 or Deno; a browser is much the same.
 *   npm install graphql graphql-ws@6 && node javascript.mjs [http://127.0.0.1:4000] [cursor]
 */
import process from "node:process";
import { createClient } from "graphql-ws";

const [address = "http://127.0.0.1:4000", cursor] = process.argv.slice(2);
const url = `${address}/graphql`;
const INGEST = `mutation ($input: IngestBatchInput!) { ingestBatch(input: $input, wait: true) { __typename
  ... on IngestBatchPayload { batch { number state stored quarantine { index reason } } }
  ... on Error { message } ... on UnavailableError { retryAfterMs } } }`;
const ALERTS = `subscription ($after: String) {
  alerts(after: $after) { cursor change alert { severity reason sensor { key } } } }`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(query, variables) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors: [error] = [] } = await response.json();
  if (error) throw new Error(`${error.extensions?.code}: ${error.message}`);
  return data;
}

/** Sends a batch until the service has it: with the same key it is safe to send again, whatever became of the answer. */
async function send(input) {
  const { ingestBatch } = await ask(INGEST, { input });
  if (ingestBatch.__typename !== "UnavailableError") return ingestBatch;
  return pause(ingestBatch.retryAfterMs).then(() => send(input));
}

/** The events behind `after`, each once, in order. graphql-ws itself would begin at its first `after` again after a break. */
async function* follow(after) {
  let watch;
  const on = {
    // A connection that died without a word is noticed by the answer that does not come.
    ping: (received) => received || (watch = setTimeout(() => client.terminate(), 5_000)),
    pong: (received) => received && clearTimeout(watch),
    closed: () => clearTimeout(watch),
  };
  const client = createClient({ url: url.replace("http", "ws"), retryAttempts: 0, keepAlive: 10_000, on });
  while (true) {
    try {
      for await (const { data, errors } of client.iterate({ query: ALERTS, variables: { after } })) {
        if (errors) throw errors;
        yield data.alerts;
        after = data.alerts.cursor;
      }
    } catch (error) {
      // A list is what the service says about the operation; anything else is a broken connection.
      if (Array.isArray(error) && error[0].extensions?.code !== "UNAVAILABLE") throw new Error(error[0].message);
    }
    await pause(1_000);
  }
}

const readings = [61.2, "n/a"].map((value, i) => ({ sensor: "js/bearing", time: `2026-01-31T12:0${i}:00Z`, value }));
console.log(JSON.stringify(await send({ source: "javascript", idempotencyKey: "2026-01-31T12:00", readings })));
const { alerts } = await ask("{ alerts(first: 5) { totalCount eventCursor edges { node { reason } } } }");
console.log(JSON.stringify(alerts));
for await (const event of follow(cursor ?? alerts.eventCursor)) console.log(JSON.stringify(event));
