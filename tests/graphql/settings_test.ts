/** Drafts, promotions, files and forms of settings through the gateway. */
import assert from "node:assert/strict";
import { registerAsset } from "../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../src/operations/plant/register_sensor.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { send } from "../fixtures/pipeline.ts";

const ERROR = "... on Error { message } ... on InvalidInputError { field } ... on NotFoundError { field } " +
  "... on ConflictError { field }";
const SAVE = `mutation ($input: SaveSettingsInput!) { saveSettings(input: $input) { __typename
  ... on SaveSettingsPayload { draft { id base document note savedBy promotedAs
    scope { quantity asset { key } sensor { key } }
    changes { path before after unit effect relearns } warnings { path message } } } ${ERROR} } }`;
const PROMOTE = `mutation ($input: PromoteSettingsInput!) { promoteSettings(input: $input) { __typename
  ... on PromoteSettingsPayload { version { version base promotedBy document note scope { quantity } } } ${ERROR} } }`;
const ROLL_BACK = `mutation ($input: RollBackSettingsInput!) { rollBackSettings(input: $input) { __typename
  ... on RollBackSettingsPayload { version { version base document note } } ${ERROR} } }`;
const IMPORT = `mutation ($input: ImportSettingsInput!) { importSettings(input: $input) { __typename
  ... on ImportSettingsPayload { unchanged drafts { id base scope { quantity sensor { key } } } } ${ERROR} } }`;

function calls({ ask }: GatewayBench) {
  return {
    save: async (input: Answer): Promise<Answer> => (await ask(SAVE, { input })).saveSettings,
    promote: async (id: string, expectedVersion: number): Promise<Answer> =>
      (await ask(PROMOTE, { input: { id, expectedVersion } })).promoteSettings,
    rollBack: async (input: Answer): Promise<Answer> => (await ask(ROLL_BACK, { input })).rollBackSettings,
    bringIn: async (input: Answer): Promise<Answer> => (await ask(IMPORT, { input })).importSettings,
  };
}

const threshold = (value: unknown) => ({ sensor: { episode: { threshold: value } } });

for (const engine of ENGINES) {
  Deno.test(`settings through the gateway on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { ask, scope, sql } = bench;
      const { save, promote, rollBack, bringIn } = calls(bench);
      await registerAsset(scope, { key: "line" });
      await registerSensor(scope, { key: "oil", assetKey: "line", quantity: "temperature" });

      await t.step(
        "a draft is compared field by field with what is live, and changes nothing before it is promoted",
        async () => {
          const document = {
            sensor: {
              episode: { threshold: 0.35 },
              detectors: { level_shift: { parameters: { decision: 50 } }, zscore: null },
            },
          };
          const { draft } = await save({ document, note: "too many alerts" });
          assert.deepEqual([draft.base, draft.note, draft.savedBy, draft.promotedAs], [
            1,
            "too many alerts",
            "local",
            null,
          ]);
          const of = (path: string) => draft.changes.find((change: Answer) => change.path === path);
          assert.equal(of("sensor.episode.threshold").after, 0.35);
          assert.match(of("sensor.episode.threshold").effect, /more is calmer/);
          const decision = of("sensor.detectors.level_shift.parameters.decision");
          assert.deepEqual([decision.before, decision.after, decision.unit, decision.relearns], [
            100,
            50,
            "standard deviations",
            true,
          ]);
          assert.equal(of("sensor.detectors.zscore.weight").after, null);
          assert.equal((await ask("{ settings { version } }")).settings.version, 1);
          const promoted = await promote(draft.id, 1);
          assert.deepEqual([promoted.version.version, promoted.version.base, promoted.version.promotedBy], [
            2,
            1,
            "local",
          ]);
          const { sensor } = await ask(
            `{ sensor(key: "oil") { judgedBy settings { version name document fields { path value unit version scope { quantity sensor { key } } } } } }`,
          );
          assert.equal(sensor.settings.version, 2);
          const fields = new Map<string, Answer>(sensor.settings.fields.map((field: Answer) => [field.path, field]));
          assert.equal(fields.get("sensor.episode.threshold")!.version, 2);
          assert.equal(fields.get("sensor.episode.deadband")!.version, null);
          const least = fields.get("sensor.watches.flatline.parameters.least.least")!;
          assert.deepEqual([least.value, least.version, least.scope.quantity], [60, 1, "temperature"]);
          const [event] = await sql<{ body: string }[]>`SELECT body FROM event WHERE type = 'settings.promoted'`;
          assert.equal(JSON.parse(event.body).version, 2);
        },
      );

      await t.step("an outdated draft is a conflict, and so is another version than the expected one", async () => {
        const first = (await save({ document: threshold(0.4) })).draft;
        const second = (await save({ document: threshold(0.45) })).draft;
        assert.match((await promote(first.id, 1)).message, /Live is version 2, promoted by local, and not version 1/);
        assert.equal((await promote(first.id, 2)).version.version, 3);
        const outdated = await promote(second.id, 3);
        assert.deepEqual([outdated.__typename, outdated.field], ["ConflictError", "id"]);
        assert.match(outdated.message, /saved when version 2 was live, and now it is version 3/);
        assert.match((await promote(first.id, 3)).message, /has been promoted as version 3/);
        // Saved again on top of what is live, it can be promoted.
        const again = await save({ id: second.id, document: threshold(0.45) });
        assert.equal((await promote(again.draft.id, 3)).version.version, 4);
      });

      await t.step("of two promotions at once one is a conflict", async () => {
        const drafts = [await save({ document: threshold(0.5) }), await save({ document: threshold(0.55) })];
        const answers = await Promise.all(drafts.map(({ draft }) => promote(draft.id, 4)));
        assert.deepEqual(answers.map(({ __typename }) => __typename).sort(), [
          "ConflictError",
          "PromoteSettingsPayload",
        ]);
      });

      await t.step("an earlier version is made live again, as a version of its own", async () => {
        const back = await rollBack({ toVersion: 3, expectedVersion: 5 });
        assert.deepEqual([back.version.version, back.version.document, back.version.note], [
          6,
          threshold(0.4),
          "back to version 3",
        ]);
        assert.match((await rollBack({ toVersion: 99, expectedVersion: 6 })).message, /No version 99 was ever live/);
        assert.match((await rollBack({ toVersion: 3, expectedVersion: 6 })).message, /says the same already/);
        // The first document of a quantity is laid over what the release says of it, as every other.
        const speed = { quantity: "speed" };
        const leastAndThreshold = async () => {
          const { settings: { fields } } = await ask(
            "query ($scope: SettingsScopeInput) { settings(scope: $scope) { fields { path value version } } }",
            { scope: speed },
          );
          const of = (end: string) => fields.find(({ path }: Answer) => path === `sensor.${end}`);
          const [least, over] = [of("watches.flatline.parameters.least.hours"), of("episode.threshold")];
          return [least.value, least.version, over.value, over.version];
        };
        const nothing = await save({ scope: speed, document: {} });
        assert.match((await promote(nothing.draft.id, 1)).message, /Version 1, which is live, says the same already/);
        const first = await save({ scope: speed, document: threshold(0.45) });
        assert.equal((await promote(first.draft.id, 1)).version.version, 7);
        assert.deepEqual(await leastAndThreshold(), [10, 1, 0.45, 7]);
        const seeded = await rollBack({ scope: speed, toVersion: 1, expectedVersion: 7 });
        assert.deepEqual(seeded.version.document, {});
        assert.deepEqual(await leastAndThreshold(), [10, 1, 0.4, 6]);
        const { settingsVersions } = await ask("{ settingsVersions(first: 3) { version } }");
        assert.deepEqual(settingsVersions.map(({ version }: Answer) => version), [8, 7, 6]);
      });

      await t.step("every kind of fault is named with its path", async () => {
        const detector = (name: string, inner: unknown) => ({ sensor: { detectors: { [name]: inner } } });
        const cases: [unknown, RegExp][] = [
          [[], /expected object, received array/],
          ["text", /expected object/],
          [{ sensr: {} }, /sensr: there is no such field/],
          [JSON.parse('{"__proto__": {"a": 1}}'), /there is no such field|expected/],
          [{ sensor: { episode: { treshold: 1 } } }, /sensor\.episode\.treshold: there is no such field/],
          [threshold(-0.1), /sensor\.episode\.threshold: .*>=0/],
          [threshold("0.4"), /sensor\.episode\.threshold: .*expected number, received string/],
          [threshold(null), /sensor\.episode\.threshold: .*expected number/],
          [threshold(1e308), /sensor\.episode\.threshold: .*<=1/],
          [threshold(0), /sensor\.episode\.threshold: has to be over 0/],
          [{ sensor: { episode: { deadband: 0.9 } } }, /sensor\.episode\.deadband: has to be under the threshold/],
          [detector("oracle", {}), /sensor\.detectors\.oracle: there is no such field/],
          [detector("zscore", { weight: 2 }), /sensor\.detectors\.zscore\.weight: .*<=1/],
          [detector("zscore", { parameters: { sigma: 99 } }), /sensor\.detectors\.zscore: .*cap > sigma/],
          [
            detector("flatline", { weight: 1, parameters: { least: { least: 2.5 } } }),
            /sensor\.detectors\.flatline\.parameters\.least\.least: .*int/,
          ],
          [
            { sensor: { watches: { anomaly: { detector: "limit", parameters: { high: 1 } } } } },
            /watches\.anomaly: a kind/,
          ],
          [{ sensor: { watches: { x: {} } } }, /sensor\.watches\.x\.detector: no detector is named/],
          [{ sensor: { watches: { x: { detector: "limit", parameters: { high: 1, low: 2 } } } } }, /low < high/],
          [{ sensor: { severity: [] } }, /sensor\.severity: /],
          [{ asset: { stream: { warmUp: 20 } } }, /asset\.stream: The asset's stream needs warmUp/],
        ];
        for (const [document, expected] of cases) {
          const { __typename, message } = await save({ document });
          assert.equal(__typename, "InvalidInputError", JSON.stringify(document));
          assert.match(message, expected);
        }
        const deep = JSON.parse(`${'{"sensor":'.repeat(5_000)}{}${"}".repeat(5_000)}`);
        assert.match((await save({ document: deep })).message, /sensor\.sensor: there is no such field/);
        const quantities = { scope: { quantity: "temperature" }, document: { asset: { stream: { window: 5 } } } };
        assert.match(
          (await save(quantities)).message,
          /asset: how assets are judged is said for the tenant or an asset/,
        );
      });

      await t.step("scopes that are not there, or are two, are refused by name", async () => {
        const missing = await save({ scope: { sensor: "nobody" }, document: {} });
        assert.deepEqual([missing.__typename, missing.field], ["NotFoundError", "scope.sensor"]);
        const asset = await save({ scope: { asset: "nowhere" }, document: {} });
        assert.deepEqual([asset.__typename, asset.field], ["NotFoundError", "scope.asset"]);
        const quantity = await save({ scope: { quantity: "temprature" }, document: {} });
        assert.deepEqual([quantity.__typename, quantity.field], ["InvalidInputError", "scope.quantity"]);
        assert.match(
          (await save({ scope: { asset: "line", sensor: "oil" }, document: {} })).message,
          /one quantity, one asset/,
        );
        assert.equal((await promote(btoa("SettingsDraft:999"), 1)).__typename, "NotFoundError");
      });

      await t.step("what does not go together with narrower settings is refused where it is said", async () => {
        const narrow = await save({
          scope: { sensor: "oil" },
          document: { sensor: { detectors: { zscore: { parameters: { cap: 6 } } } } },
        });
        assert.equal((await promote(narrow.draft.id, 1)).version.version, 9);
        const wide = await save({
          scope: { asset: "line" },
          document: { sensor: { detectors: { zscore: { parameters: { sigma: 7 } } } } },
        });
        assert.match(wide.message, /would not go together\. sensor\.detectors\.zscore: .*cap > sigma/);
      });

      await t.step("weights that cannot alarm are a warning, before and after a draft is saved", async () => {
        const { settings: { document: { sensor } } } = await ask("{ settings { document } }");
        const weights = Object.keys(sensor.detectors).map((name) => [name, { weight: 0.01 }]);
        const document = { sensor: { detectors: Object.fromEntries(weights) } };
        const { checkSettings } = await ask(
          "query ($document: JSON!) { checkSettings(document: $document) { faults { path } warnings { message } changes { path } } }",
          { document },
        );
        assert.deepEqual(checkSettings.faults, []);
        assert.match(checkSettings.warnings[0].message, /can never alarm/);
        assert.match((await save({ document })).draft.warnings[0].message, /can never alarm/);
      });

      await t.step("the form says of every field what it is, in which unit, and what it does", async () => {
        const { settingsSchema } = await ask("{ settingsSchema }");
        const { episode, detectors } = settingsSchema.properties.sensor.properties;
        const { hours } = episode.properties.offDelay.properties;
        assert.deepEqual([hours.unit, hours.default, hours.minimum], ["hours of data time", 1, 0]);
        assert.match(hours.description, /before the episode can end/);
        assert.ok(detectors.properties.drift.anyOf ?? detectors.properties.drift.properties);
      });

      await t.step("what is exported comes in as drafts of what differs, and nothing else", async () => {
        const { exportSettings: file } = await ask("{ exportSettings }");
        assert.deepEqual(file.layers.map(({ version }: Answer) => version), [6, 8, 9]);
        const same = await bringIn({ file });
        assert.deepEqual([same.drafts, same.unchanged], [[], 3]);
        const [tenant, ...others] = file.layers;
        const changed = { ...file, layers: [{ ...tenant, document: threshold(0.44) }, ...others] };
        const { drafts: [draft] } = await bringIn({ file: changed });
        assert.equal((await promote(draft.id, 6)).version.version, 10);
        const theirs = await bringIn({ file: { ...file, tenant: "elsewhere" } });
        assert.deepEqual([theirs.__typename, theirs.field], ["ConflictError", "file"]);
        assert.match(theirs.message, /of the tenant "elsewhere", and this is "default"/);
        const meant = await bringIn({ file: { ...file, tenant: "elsewhere" }, fromOtherTenant: true });
        assert.equal(meant.drafts.length, 1);
      });

      await t.step("of a faulty file every fault is told, and nothing of it comes in", async () => {
        const { exportSettings: file } = await ask("{ exportSettings }");
        const layers = [
          { sensor: "nobody", document: {} },
          { quantity: "speed", document: { sensor: { counts: 1 } } },
          { quantity: "speed", document: {} },
          { document: threshold(0.6) },
        ];
        const { __typename, message } = await bringIn({ file: { ...file, layers } });
        assert.equal(__typename, "InvalidInputError");
        assert.match(message, /layers\.0\.sensor: There is no sensor/);
        assert.match(message, /layers\.1\.document\.sensor\.counts: /);
        assert.match(message, /layers\.2: is for the same as layers\.1/);
        assert.match((await bringIn({ file: [] })).message, /no file of settings/);
        const before = await scope.store.settings.countDrafts(scope.tenant.id);
        await bringIn({ file: { ...file, layers } });
        assert.equal(await scope.store.settings.countDrafts(scope.tenant.id), before);
      });

      await t.step("an alert leads to the settings that raised it", async () => {
        const limit = { sensor: { watches: { too_hot: { detector: "limit", parameters: { high: 90 } } } } };
        await registerSensor(scope, { key: "hot" });
        const { draft } = await save({ scope: { sensor: "hot" }, document: limit });
        await promote(draft.id, 1);
        await send(scope, { sensor: "hot", from: Date.UTC(2024, 0, 1), values: [20, 95] });
        const { alerts: { edges: [{ node }] }, sensor } = await ask(
          `{ alerts(first: 1) { edges { node { kind settings { version name document } } } } sensor(key: "hot") { judgedBy judgesAfter } }`,
        );
        assert.deepEqual([node.kind, node.settings.version], ["too_hot", 11]);
        assert.equal(node.settings.name, sensor.judgedBy);
        assert.equal(node.settings.document.sensor.watches.too_hot.parameters.high, 90);
      });

      await t.step("another tenant sees none of it", async () => {
        const [{ id }] = await sql<{ id: typeof scope.tenant.id }[]>`
          INSERT INTO tenant (key, name) VALUES ('other', 'other') RETURNING id`;
        const { settings } = scope.store;
        const [mine] = await settings.drafts(scope.tenant.id, { limit: 1 });
        assert.deepEqual(await settings.live(id), []);
        assert.equal(await settings.newest(id), undefined);
        assert.deepEqual(await settings.draftsByIds(id, [mine.id]), []);
        assert.equal(await settings.byVersion(id, 2), undefined);
        assert.equal(await settings.deleteDraft(id, mine.id), false);
        assert.equal(await settings.notePromoted(id, mine.id, 5), false);
        const [{ id: appliedId }] = await sql<{ id: number }[]>`SELECT id FROM settings_applied LIMIT 1`;
        assert.deepEqual(await settings.appliedByIds(id, [appliedId as never]), []);
      });
    });
  });
}
