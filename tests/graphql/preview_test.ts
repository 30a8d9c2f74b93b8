/** What a routing, a shelf or a window would have made of the alerts of a range, over the API, on each store. */
import assert from "node:assert/strict";
import { actOnAlerts } from "../../src/operations/alerting/act_on_alerts.ts";
import { decide, globalId, sensorOf } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { change } from "../fixtures/told.ts";

const HOUR = 3_600_000;
const MONTH = { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
const FIRST = Date.parse(MONTH.from);

const PREVIEW =
  `query ($from: DateTime!, $to: DateTime!, $routing: RoutingInput, $hiding: [HidingInput!], $first: Int, $after: String) {
  alertingPreview(from: $from, to: $to, routing: $routing, hiding: $hiding, first: $first, after: $after) {
    alerts endCursor hidden hiddenWholly untold
    channels { channel alertsBefore alertsAfter noticesBefore noticesAfter }
    changed(first: 200) { alert { id kind } hiddenFrom hiddenTo before { at channel occasion reason } after { at channel occasion } }
  } }`;
const ROUTES = `mutation ($input: SaveRoutingInput!) { saveRouting(input: $input) { __typename } }`;
const CHANNEL = `mutation ($key: String!) { saveChannel(input: { key: $key, kind: CONSOLE }) {
  __typename ... on Error { message } } }`;
const STEPS = [{ channels: ["shift"] }, { after: "PT10M", channels: ["boss"] }];

for (const engine of ENGINES) {
  Deno.test(`a preview over a range, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { ask, post, scope } = bench;
      const preview = async (variables: Record<string, unknown> = {}): Promise<Answer> =>
        (await ask(PREVIEW, { ...MONTH, ...variables })).alertingPreview;
      const errorOf = async (variables: Record<string, unknown>) =>
        (await post(PREVIEW, { ...MONTH, ...variables })).errors[0];
      await ask(`mutation { registerAsset(input: { key: "mill" }) { __typename } }`);
      for (const key of ["pump", "fan"]) {
        await ask(
          `mutation ($key: String!) { registerSensor(input: { key: $key, assetKey: "mill" }) { __typename } }`,
          {
            key,
          },
        );
      }
      const [pump, fan, other] = [
        await sensorOf(scope, "pump"),
        await sensorOf(scope, "fan"),
        await sensorOf(scope, "x"),
      ];
      // One alert of each an hour, for twenty hours, that stands for a quarter of an hour.
      for (let n = 0; n < 20; n++) {
        for (const [sensor, severity] of [[pump, "LOW"], [fan, "HIGH"]] as const) {
          const episode = { start: FIRST + n * HOUR, severity };
          await decide(scope, { sensor, type: "opened", episode });
          await decide(scope, { sensor, type: "closed", episode: { ...episode, ts: episode.start + HOUR / 4 } });
        }
      }
      await decide(scope, { sensor: other, type: "opened", episode: { start: FIRST - 1 } });

      await t.step("without a routing nobody would have been told", async () => {
        const { channels, ...counts } = await preview();
        assert.deepEqual(counts, { alerts: 40, endCursor: null, hidden: 0, hiddenWholly: 0, untold: 0, changed: [] });
        assert.deepEqual(channels, []);
      });

      for (const key of ["shift", "boss"]) assert.equal((await ask(CHANNEL, { key })).saveChannel.message, undefined);
      await ask(ROUTES, { input: { routes: [{ key: "all", steps: STEPS }] } });

      await t.step("another routing is compared with the one that holds", async () => {
        const routing = { routes: [{ key: "high", severityMin: "HIGH", steps: STEPS }] };
        const { channels, untold, changed } = await preview({ routing });
        assert.deepEqual(channels, [
          { channel: "boss", alertsBefore: 40, alertsAfter: 20, noticesBefore: 80, noticesAfter: 40 },
          { channel: "shift", alertsBefore: 40, alertsAfter: 20, noticesBefore: 80, noticesAfter: 40 },
        ]);
        assert.deepEqual([untold, changed.length], [20, 20]);
        assert.deepEqual(changed[0].before.map(({ at, channel, occasion }: Answer) => `${at} ${channel} ${occasion}`), [
          "2026-10-01T00:00:00.000Z shift OPENED",
          "2026-10-01T00:10:00.000Z boss ESCALATED",
          "2026-10-01T00:15:00.000Z shift CLOSED",
          "2026-10-01T00:15:00.000Z boss CLOSED",
        ]);
      });

      await t.step("a window over an asset hides what is below it, a shelf one sensor's kind", async () => {
        const window = { asset: "mill", from: "2026-10-01T02:05:00Z", to: "2026-10-01T05:05:00Z" };
        const { hidden, hiddenWholly, untold, changed } = await preview({ hiding: [window] });
        // Of 2:00 the rest, of 3:00 and 4:00 all, of 5:00 the beginning.
        assert.deepEqual([hidden, hiddenWholly, untold], [8, 4, 4]);
        assert.deepEqual(
          changed.filter(({ hiddenTo }: Answer) => hiddenTo !== null).map(({ hiddenFrom, hiddenTo, after }: Answer) => [
            hiddenFrom,
            hiddenTo,
            after[0].at,
          ]),
          Array(2).fill(["2026-10-01T05:00:00.000Z", "2026-10-01T05:05:00.000Z", "2026-10-01T05:05:00.000Z"]),
        );
        const shelf = { sensor: "pump", shelvedKind: "anomaly" };
        assert.equal((await preview({ hiding: [shelf] })).hiddenWholly, 20);
        assert.equal((await preview({ hiding: [{ ...shelf, shelvedKind: "flatline" }] })).hidden, 0);
        assert.equal((await preview({ hiding: [{ asset: "mill", shelvedKind: "anomaly" }] })).hidden, 0);
      });

      await t.step("pages come to the same as the whole, and say when they are all", async () => {
        const routing = { routes: [{ key: "high", severityMin: "HIGH", steps: STEPS }] };
        const whole = (await preview({ routing })).changed;
        const parts: Answer[] = [];
        let [after, pages] = [undefined as string | undefined, 0];
        do {
          const { alerts, endCursor, changed } = await preview({ routing, first: 7, after });
          assert.ok(alerts <= 7);
          parts.push(...changed);
          after = endCursor ?? undefined;
          pages++;
        } while (after !== undefined);
        assert.equal(pages, 6);
        assert.deepEqual(parts, whole);
      });

      await t.step("it says what was told in truth, of what is as it was", async () => {
        const sensor = await sensorOf(scope, "live");
        const began = Date.now() - 1_000;
        const opened = await change(scope, { sensor, type: "opened", episode: { start: began, ts: began } });
        await change(scope, { sensor, type: "raised", episode: { start: began, ts: began + 1, severity: "CRITICAL" } });
        await actOnAlerts(scope, { targets: [{ id: opened.id }], action: { change: "acknowledged" } });
        await change(scope, { sensor, type: "closed", episode: { start: began } });
        const told = await scope.store.notifications.toldOf(scope.tenant.id, [opened.id]);
        assert.equal(told.length, 3);
        const range = { from: new Date(began).toISOString(), to: new Date(Date.now() + HOUR).toISOString() };
        const [{ alert, before }] = (await preview({ ...range, hiding: [{ sensor: "live" }] })).changed;
        assert.equal(alert.id, globalId("Alert", opened));
        assert.deepEqual(
          before.map(({ channel, occasion, reason }: Answer) => [channel, occasion.toLowerCase(), reason]),
          told.map(({ channel, occasion, reason }) => [channel, occasion, reason]),
        );
      });

      await t.step("what cannot be is refused, and nothing is changed by any of it", async () => {
        const before = await scope.store.events.lastSeq(scope.tenant.id);
        const cases: [Record<string, unknown>, RegExp][] = [
          [{ from: MONTH.to, to: MONTH.from }, /The range is empty/],
          [{ from: "2020-01-01T00:00:00Z" }, /366 days at most/],
          [{ first: 0 }, /first has to be/],
          [{ first: 1_001 }, /first has to be/],
          [{ after: "nonsense" }, /not one that this list gave out/],
          [{ after: btoa("opened:99999999999999999999:1") }, /not one that this list gave out/],
          [{ after: btoa("opened:0:1") }, /cursor is of another range/],
          [{ hiding: [{}] }, /either a sensor or an asset/],
          [{ hiding: [{ sensor: "pump", asset: "mill" }] }, /either a sensor or an asset/],
          [{ hiding: [{ sensor: "none" }] }, /no sensor/],
          [{ hiding: [{ sensor: "pump", shelvedKind: "\u0000" }] }, /no kind of alert/],
          [{ hiding: [{ sensor: "pump", from: MONTH.to }] }, /from has to be before to/],
          [{ hiding: Array(21).fill({ sensor: "pump" }) }, /20 at most/],
          [{ routing: { routes: [{ key: "r", steps: [{ channels: ["none"] }] }] } }, /no channel/],
        ];
        for (const [variables, message] of cases) {
          const { message: said, extensions } = await errorOf(variables);
          assert.match(said, message);
          assert.match(extensions.code, /INVALID|NOT_FOUND/, said);
        }
        assert.equal(await scope.store.events.lastSeq(scope.tenant.id), before);
      });
    });
  });
}
