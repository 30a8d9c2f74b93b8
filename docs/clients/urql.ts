/**
 * The same with urql, as in a page: queries and mutations over fetch, subscriptions over WebSocket, which go on where
 * they were after a break. npm install @urql/core@6 graphql graphql-ws@6 && node urql.ts [http://127.0.0.1:4000]
 * [cursor]
 */
import process from "node:process";
import { Client, fetchExchange, type OperationResult, subscriptionExchange } from "@urql/core";
import { type Client as Socket, createClient } from "graphql-ws";

const [address = "http://127.0.0.1:4000", cursor] = process.argv.slice(2);
const url = `${address}/graphql`;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Subscriptions of one field with a cursor, each of whose events comes once. graphql-ws sends `variables` as they are
 * by then.
 */
function resuming(socket: Socket): Parameters<typeof subscriptionExchange>[0]["forwardSubscription"] {
  return ({ query = "", variables }) => ({
    subscribe(sink) {
      const input = { query, variables: { ...variables } };
      let [left, leave] = [false, () => {}];
      const begin = () =>
        leave = socket.subscribe<Record<string, { cursor: string }>>(input, {
          next(result) {
            for (const { cursor } of Object.values(result.data ?? {})) input.variables.after = cursor;
            sink.next(result as Parameters<typeof sink.next>[0]);
          },
          error: sink.error,
          // The service ends subscriptions when it goes down; it comes back.
          complete: () => left ? sink.complete() : void pause(1_000).then(() => left || begin()),
        });
      begin();
      return { unsubscribe: () => (left = true, leave()) };
    },
  });
}

const socket = createClient({
  url: url.replace("http", "ws"),
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) => pause(Math.min(1_000 * 2 ** retries, 30_000)),
});
const exchanges = [fetchExchange, subscriptionExchange({ forwardSubscription: resuming(socket) })];
// The service answers POST; a GET needs a header that says that no foreign page sent it.
const client = new Client({ url, exchanges, preferGetMethod: false });

const INGEST = `mutation ($input: IngestBatchInput!) { ingestBatch(input: $input, wait: true) { __typename
  ... on IngestBatchPayload { batch { number state stored quarantine { index reason } } }
  ... on Error { message } ... on UnavailableError { retryAfterMs } } }`;
const ALERTS =
  `subscription ($after: String) { alerts(after: $after) { cursor change alert { severity sensor { key } } } }`;
const LIST = "{ alerts(first: 5) { totalCount eventCursor edges { node { severity reason } } } }";
const show = (name: string) => ({ data, error }: OperationResult) => console.log(JSON.stringify(data?.[name] ?? error));

const sensor = "urql/bearing";
const readings = [{ sensor, time: "2026-01-31T12:00:00Z", value: 61.2 }, { sensor, time: 1769860860000, value: "n/a" }];
const input = { source: "urql", idempotencyKey: "2026-01-31T12:00", readings };
show("ingestBatch")(await client.mutation(INGEST, { input }));
const list = await client.query(LIST, {});
show("alerts")(list);
client.subscription(ALERTS, { after: cursor ?? list.data?.alerts.eventCursor }).subscribe(show("alerts"));
