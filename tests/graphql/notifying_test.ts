/** Channels, routes and notifications over the API: what goes in, what never comes out, what is refused. */
import assert from "node:assert/strict";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import { newTenant } from "../fixtures/history.ts";
import { globalId, sensorOf } from "../fixtures/alerts.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { change, SECRET } from "../fixtures/told.ts";

const ERRORS = "... on Error { message } ... on InvalidInputError { field } ... on NotFoundError { field } " +
  "... on ConflictError { field }";
const SAVE_CHANNEL = `mutation ($input: SaveChannelInput!) { result: saveChannel(input: $input) { __typename
  ... on SaveChannelPayload { channel { key version kind address hasSecret enabled savedBy } } ${ERRORS} } }`;
const ROUTES =
  `version timeZone routes { key severityMin kinds asset { key } during { days from to } quiet { days from to }
  quietBelow onDelay keepFiring remindEvery steps { after channels } goOn }`;
const SAVE_ROUTING = `mutation ($input: SaveRoutingInput!) { result: saveRouting(input: $input) { __typename
  ... on SaveRoutingPayload { routing { ${ROUTES} } } ${ERRORS} } }`;
const REPLAY = `mutation ($input: ReplayNotificationsInput!) { result: replayNotifications(input: $input) { __typename
  ... on ReplayNotificationsPayload { notifications { id state } } ${ERRORS} } }`;
const LIST = `query ($filter: NotificationFilter) { notifications(filter: $filter) { totalCount edges { node {
  id key channel occasion route routingVersion reason state nextAttemptAt alert { id } deliveries { attempt arrived detail channelVersion }
} } } }`;

const HOOK = { key: "hook", kind: "WEBHOOK", address: "https://hook.invalid/s3cret-path", secret: SECRET };
const STEPS = [{ channels: ["hook"] }, { after: "PT600S", channels: ["log"] }];
const NIGHT = { days: ["MON", "SUN"], from: "22:00", to: "06:00" };

function saver({ ask }: GatewayBench) {
  return {
    channel: async (input: unknown): Promise<Answer> => (await ask(SAVE_CHANNEL, { input })).result,
    routing: async (input: unknown): Promise<Answer> => (await ask(SAVE_ROUTING, { input })).result,
  };
}

for (const engine of ENGINES) {
  Deno.test(`who is told is configured over the API, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { ask, post, scope, sql } = bench;
      const save = saver(bench);
      let alert = "";

      await t.step("a channel is saved, changed by its version, and shows no secret", async () => {
        const { channel } = await save.channel(HOOK);
        assert.deepEqual(channel, {
          key: "hook",
          version: 1,
          kind: "WEBHOOK",
          address: "https://hook.invalid/…",
          hasSecret: true,
          enabled: true,
          savedBy: "local",
        });
        const { secret: _, ...without } = HOOK;
        assert.equal((await save.channel({ ...without, enabled: false, expectedVersion: 1 })).channel.hasSecret, true);
        const conflict = await save.channel({ ...without, expectedVersion: 1 });
        assert.deepEqual([conflict.__typename, conflict.field], ["ConflictError", "expectedVersion"]);
        assert.match(conflict.message, /the channel has version 2/);
        // A secret stays with its address: it is not sent elsewhere by a change of the address alone.
        const moved = await save.channel({ ...without, address: "https://elsewhere.invalid/" });
        assert.deepEqual([moved.__typename, moved.field], ["InvalidInputError", "secret"]);
        assert.equal((await save.channel({ ...without, expectedVersion: 2 })).channel.version, 3);
        assert.equal((await save.channel({ key: "log", kind: "CONSOLE", expectedVersion: 0 })).channel.address, "");
        const shown = await ask(
          `{ channels { key address hasSecret } channelVersions(key: "hook") { version hasSecret } }`,
        );
        assert.deepEqual(shown.channelVersions.map(({ hasSecret }: Answer) => hasSecret), [true, false, false]);
        const all = JSON.stringify([shown, bench.observed]);
        for (const secret of [SECRET, "s3cret-path"]) assert.ok(!all.includes(secret), secret);
      });

      await t.step("addresses and secrets that cannot be are refused by their field", async () => {
        const cases: [object, string, RegExp][] = [
          [{ address: "http://127.0.0.1:8080/" }, "address", /127\.0\.0\.1 is on a private network/],
          [{ address: "http://localhost/" }, "address", /private network/],
          [{ address: "http://169.254.169.254/latest" }, "address", /private network/],
          [{ address: "http://[::ffff:10.0.0.1]/" }, "address", /private network/],
          [{ address: "javascript:alert(1)" }, "address", /is no URL/],
          [{ secret: "short" }, "secret", /16 to 500/],
          [{ secret: null }, "secret", /is needed/],
          [{ kind: "EMAIL", address: "a@b.example", secret: null }, "address", /no mail server is set/],
          [{ key: "" }, "key", /is empty/],
          [{ key: "k\u0000" }, "key", /holds a control character/],
        ];
        for (const [change, field, message] of cases) {
          const result = await save.channel({ ...HOOK, key: "other", ...change });
          assert.deepEqual([result.__typename, result.field], ["InvalidInputError", field], JSON.stringify(change));
          assert.match(result.message, message);
        }
      });

      await t.step("every field of a route arrives, and former versions stay readable", async () => {
        await ask(`mutation { registerAsset(input: { key: "hall" }) { __typename } }`);
        const route = {
          key: "night",
          severityMin: "MEDIUM",
          kinds: ["anomaly"],
          asset: "hall",
          during: [NIGHT],
          quiet: [{ ...NIGHT, to: "24:00" }],
          quietBelow: "HIGH",
          onDelay: "PT60S",
          keepFiring: "PT120S",
          remindEvery: "PT3600S",
          steps: STEPS,
          goOn: true,
        };
        const { routing } = await save.routing({ timeZone: "Europe/Berlin", routes: [route], expectedVersion: 0 });
        assert.deepEqual(routing, {
          version: 1,
          timeZone: "Europe/Berlin",
          routes: [{ ...route, asset: { key: "hall" }, steps: [{ after: null, ...STEPS[0] }, STEPS[1]] }],
        });
        assert.equal((await save.routing({ routes: [{ key: "all", steps: STEPS }] })).routing.version, 2);
        const { old, now } = await ask(
          `{ old: routing(version: 1) { timeZone } now: routing { version routes { key } } }`,
        );
        assert.deepEqual([old.timeZone, now], ["Europe/Berlin", { version: 2, routes: [{ key: "all" }] }]);
      });

      await t.step("routes that nobody can have meant are refused, and change nothing", async () => {
        const cases: [object, string, string, RegExp][] = [
          [{ expectedVersion: 1 }, "ConflictError", "expectedVersion", /the routing has version 2/],
          [{ timeZone: "Mars" }, "InvalidInputError", "routes", /no time zone/],
          [
            { routes: [{ key: "r", steps: [{ channels: ["x"] }] }] },
            "InvalidInputError",
            "routes",
            /no channel with the key "x"/,
          ],
          [
            { routes: [{ key: "r", steps: STEPS, asset: "x" }] },
            "NotFoundError",
            "routes",
            /no asset with the key "x"/,
          ],
          [
            { routes: [{ key: "r", steps: STEPS, quiet: [{ ...NIGHT, to: "25:00" }] }] },
            "InvalidInputError",
            "routes",
            /"25:00" is no time/,
          ],
          [{ routes: [{ key: "r", steps: [] }] }, "InvalidInputError", "routes", /has 0 steps/],
        ];
        for (const [input, type, field, message] of cases) {
          const result = await save.routing({ routes: [{ key: "r", steps: STEPS }], ...input });
          assert.deepEqual([result.__typename, result.field], [type, field], JSON.stringify(input));
          assert.match(result.message, message);
        }
        assert.equal((await ask("{ routing { version } }")).routing.version, 2);
      });

      await t.step("a preview says whom an alert would have reached, when and why, and sends nothing", async () => {
        const opened = await change(scope, {
          sensor: await sensorOf(scope, "old"),
          type: "opened",
          episode: { start: 0, ts: 0 },
        });
        alert = globalId("Alert", opened);
        const preview =
          `query ($alert: ID!, $routing: RoutingInput) { routingPreview(alert: $alert, routing: $routing) {
          decisions { route taken reason } notices { at channel occasion reason } } }`;
        const held = (await ask(preview, { alert })).routingPreview;
        assert.deepEqual(held.decisions, [{ route: "all", taken: true, reason: "it takes every alert" }]);
        assert.deepEqual(held.notices.map(({ at, channel, occasion }: Answer) => [at, channel, occasion]), [
          ["1970-01-01T00:00:00.000Z", "hook", "OPENED"],
          ["1970-01-01T00:10:00.000Z", "log", "ESCALATED"],
        ]);
        const routes = [{ key: "high", severityMin: "HIGH", steps: STEPS }];
        const thought = (await ask(preview, { alert, routing: { routes } })).routingPreview;
        assert.deepEqual(thought, {
          decisions: [{ route: "high", taken: false, reason: "severity MEDIUM is below HIGH" }],
          notices: [],
        });
        assert.equal((await ask(LIST)).notifications.totalCount, 0);
        const { errors } = await post(preview, { alert: globalId("Alert", { id: 99_999 }) });
        assert.equal(errors[0].extensions.code, "NOT_FOUND");
      });

      await t.step("notifications are listed with what became of them, and dead ones are replayed", async () => {
        const opened = await change(scope, { sensor: await sensorOf(scope, "new"), type: "opened" });
        const { next } = (await ask(`query ($id: ID!) { alert(id: $id) { next { at what temporalUrl } } }`, {
          id: globalId("Alert", opened),
        })).alert;
        assert.deepEqual([next.what, next.temporalUrl], ["escalation to step 2 of route all", null]);
        const { store, tenant } = scope;
        const [{ notification }] = await store.notifications.claim({ limit: 1, leaseMs: 0, shares: [], others: 1 });
        const outcome = { arrived: false, final: true, detail: "HTTP 410" } as const;
        const attempt = { number: 1, channelVersion: 3, outcome, retryAfterMs: undefined };
        await store.notifications.settle(tenant.id, notification.id, attempt);
        const filter = { states: ["DEAD"], channel: "hook", alert: globalId("Alert", opened) };
        const { totalCount, edges: [{ node }] } = (await ask(LIST, { filter })).notifications;
        assert.equal(totalCount, 1);
        assert.deepEqual([node.state, node.occasion, node.route, node.routingVersion, node.nextAttemptAt], [
          "DEAD",
          "OPENED",
          "all",
          2,
          null,
        ]);
        assert.equal(node.reason, "Route all: it takes every alert.");
        assert.deepEqual(node.deliveries, [{ attempt: 1, arrived: false, detail: "HTTP 410", channelVersion: 3 }]);
        const { result } = await ask(REPLAY, { input: { ids: [node.id] } });
        assert.deepEqual(result.notifications, [{ id: node.id, state: "PENDING" }]);
        assert.deepEqual((await ask(REPLAY, { input: { ids: [node.id] } })).result.notifications, []);
        for (const input of [{}, { ids: [node.id], channel: "hook" }]) {
          assert.equal((await ask(REPLAY, { input })).result.field, "ids");
        }
      });

      await t.step("what another tenant has is not there", async () => {
        const other = await newTenant(sql, "other");
        const [{ id }] = await scope.store.notifications.page(scope.tenant.id, { limit: 1 });
        await sql`DELETE FROM delivery`;
        await sql`UPDATE notification SET tenant_id = ${other}`;
        await sql`UPDATE channel SET tenant_id = ${other}`;
        await sql`UPDATE routing SET tenant_id = ${other}`;
        const node = globalId("Notification", { id });
        assert.deepEqual(
          await ask(
            `query ($id: ID!) { node(id: $id) { id } channels { key } routing { version } notifications { totalCount } }`,
            {
              id: node,
            },
          ),
          { node: null, channels: [], routing: null, notifications: { totalCount: 0 } },
        );
        assert.deepEqual((await ask(REPLAY, { input: { ids: [node] } })).result.notifications, []);
      });
    });
  });
}
