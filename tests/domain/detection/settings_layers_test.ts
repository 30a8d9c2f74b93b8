/** Settings in layers: the most specific wins, field by field, and says which it was. */
import assert from "node:assert/strict";
import { detectorSet, makeSet } from "../../../src/domain/detection/detector_set.ts";
import { DETECTOR_NAMES, fieldsOf, makeDetector } from "../../../src/domain/detection/detectors/mod.ts";
import { atRate } from "./detectors/at_rate.ts";
import { pointOf } from "../../../src/domain/detection/detectors/detector.ts";
import { type Field, type Fields, isField } from "../../../src/domain/detection/field.ts";
import { fingerprint } from "../../../src/domain/detection/fingerprint.ts";
import { QUANTITY_SEEDS, seedLayer } from "../../../src/domain/detection/quantity.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/detection/settings.ts";
import { changesBetween } from "../../../src/domain/detection/settings_changes.ts";
import {
  defaultDocument,
  fieldAt,
  leavesOf,
  sensorSettings,
  type SettingsPatch,
  type Tree,
} from "../../../src/domain/detection/settings_document.ts";
import { settingsFaults, settingsWarnings } from "../../../src/domain/detection/settings_faults.ts";
import {
  idleFaults,
  resolveSettings,
  restoreSettings,
  sensorSettingsOf,
  type SettingsLayer,
} from "../../../src/domain/detection/settings_layers.ts";
import { QUANTITIES } from "../../../src/domain/plant/quantity.ts";
import type { AssetId } from "../../../src/domain/plant/asset.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

/** Each field by its path. */
function fieldsBelow(fields: Fields): [string, Field][] {
  return Object.entries(fields).flatMap(([name, entry]): [string, Field][] =>
    isField(entry) ? [[name, entry]] : fieldsBelow(entry).map(([path, field]) => [`${name}.${path}`, field])
  );
}

const TENANT: SettingsLayer = {
  scope: {},
  version: 3,
  patch: { sensor: { episode: { threshold: 0.4, offDelay: { hours: 3 } }, detectors: { zscore: { weight: 0.3 } } } },
};
const PRESS: SettingsLayer = {
  scope: { assetId: 4 as AssetId },
  version: 9,
  patch: { sensor: { episode: { threshold: 0.5 } } },
};
const SENSOR: SettingsLayer = {
  scope: { sensorId: 8 as SensorId },
  version: 5,
  patch: {
    sensor: {
      detectors: { zscore: null, level_shift: { parameters: { decision: 50 } } },
      watches: { too_hot: { detector: "limit", parameters: { high: 90 } }, flatline: null },
    },
  },
};

Deno.test("the document of the code's settings is these settings", () => {
  assert.deepEqual(sensorSettings(defaultDocument(), DEFAULT_SETTINGS.version), DEFAULT_SETTINGS);
});

Deno.test("the most specific layer wins, field by field, and each field says which layer gave it", () => {
  const resolved = resolveSettings([TENANT, seedLayer("temperature"), PRESS, SENSOR]);
  const settings = sensorSettingsOf(resolved);
  assert.deepEqual([resolved.version, resolved.name], [9, `${DEFAULT_SETTINGS.version}.9`]);
  assert.deepEqual([settings.episode.threshold, settings.episode.offDelay.hours], [0.5, 3]);
  assert.deepEqual(settings.watches.map(({ kind }) => kind), ["drift", "too_hot"]);
  assert.equal(settings.detectors.some(({ name }) => name === "zscore"), false);
  const from = (path: string) => resolved.origins.get(path);
  assert.equal(from("sensor.episode.threshold"), PRESS);
  assert.equal(from("sensor.episode.offDelay.hours"), TENANT);
  assert.equal(from("sensor.detectors.level_shift.parameters.decision"), SENSOR);
  assert.equal(from("sensor.detectors.level_shift.parameters.slack"), undefined);
  // What a layer brought in without saying all of it is its doing too.
  assert.equal(from("sensor.watches.too_hot.episode.threshold"), SENSOR);
  // What was taken out has no origin.
  assert.equal(from("sensor.detectors.zscore.weight"), undefined);
  const paths = new Set(leavesOf(resolved.document).map(([path]) => path));
  assert.deepEqual([...resolved.origins.keys()].filter((path) => !paths.has(path)), []);
});

Deno.test("layers are not changed by laying them, and the code's settings neither", () => {
  const before = fingerprint([TENANT, PRESS, SENSOR, DEFAULT_SETTINGS]);
  resolveSettings([TENANT, PRESS, SENSOR]);
  assert.equal(fingerprint([TENANT, PRESS, SENSOR, DEFAULT_SETTINGS]), before);
});

Deno.test("a watch with another detector takes the place of the wider one, parameters and all", () => {
  const wide = { scope: {}, version: 2, patch: { sensor: { watches: { stuck: { detector: "flatline" } } } } };
  const narrow: SettingsLayer = {
    scope: { sensorId: 1 as SensorId },
    version: 3,
    patch: { sensor: { watches: { stuck: { detector: "limit", parameters: { low: 1 } } } } },
  };
  const { document } = resolveSettings([wide, narrow]);
  const stuck = sensorSettings(document, "x").watches.find(({ kind }) => kind === "stuck");
  assert.deepEqual(stuck?.detector, { name: "limit", parameters: { hysteresis: 0, low: 1 } });
  assert.deepEqual(settingsFaults(document), []);
});

Deno.test("what a layer says of a watch that is not there does nothing, and is told of that layer", () => {
  const out: SettingsLayer = { scope: {}, version: 2, patch: { sensor: { watches: { flatline: null } } } };
  const seed = seedLayer("temperature");
  const resolved = resolveSettings([out, seed]);
  const kinds = sensorSettingsOf(resolved).watches.map(({ kind }) => kind);
  assert.deepEqual([settingsFaults(resolved.document), kinds], [[], ["drift"]]);
  assert.deepEqual(idleFaults(resolved, [out]), []);
  assert.deepEqual(idleFaults(resolved, [seed]).map(({ path }) => path), ["sensor.watches.flatline.detector"]);
});

Deno.test("each quantity's first version makes a set without faults, and says why it differs", () => {
  assert.deepEqual(Object.keys(QUANTITY_SEEDS).sort(), [...QUANTITIES].sort());
  for (const quantity of QUANTITIES) {
    assert.deepEqual(settingsFaults(resolveSettings([seedLayer(quantity)]).document), [], quantity);
    assert.ok(detectorSet(quantity).detectors.length > 0);
    assert.ok(QUANTITY_SEEDS[quantity].why.length > 0);
  }
});

Deno.test("every detector can be added by its name and a weight: its fields say the rest, within its own bounds", () => {
  for (const name of DETECTOR_NAMES) {
    const parameters: SettingsPatch = name === "limit" ? { high: 5 } : {};
    const patch: SettingsPatch = { sensor: { detectors: { [name]: { weight: 0.5, parameters } } } };
    const { document } = resolveSettings([{ scope: {}, version: 2, patch }]);
    assert.deepEqual(settingsFaults(document), [], name);
    for (const [path, { effect }] of fieldsBelow(fieldsOf(name))) assert.ok(effect.endsWith("."), `${name}.${path}`);
  }
  for (const [path] of leavesOf(defaultDocument())) {
    if (!/severity$|\.detector$|fitsAt$/.test(path)) assert.ok(fieldAt(path, defaultDocument()), path);
  }
});

Deno.test("the least and the most of every field make no detector that breaks", () => {
  for (const name of DETECTOR_NAMES) {
    for (const [parameter, field] of fieldsBelow(fieldsOf(name))) {
      if (field.kind !== "number") continue;
      for (const value of [field.min, field.max]) {
        const parameters = parameter.split(".").reduceRight<SettingsPatch | number>(
          (inner, step) => ({ [step]: inner }),
          value,
        );
        const patch = { sensor: { detectors: { [name]: { weight: 0.5, parameters: parameters as SettingsPatch } } } };
        const { document } = resolveSettings([{ scope: {}, version: 2, patch }]);
        // Either a fault with its path, or a detector that scores.
        if (settingsFaults(document).length > 0) continue;
        const made = sensorSettings(document, "x").detectors.find((one) => one.name === name)!;
        const detector = atRate(makeDetector(made));
        const state = detector.start();
        for (let i = 0; i < 300; i++) detector.learn(state, pointOf(i * 60_000, i % 7));
        const score = detector.score(state, pointOf(300 * 60_000, 50));
        assert.ok(Number.isNaN(score) || (score >= 0 && score <= 1), `${name}.${parameter} ${value}: ${score}`);
      }
    }
  }
});

Deno.test("what only shows when layers are taken together is a fault with its path", () => {
  const faultsOf = (patch: SettingsPatch) =>
    settingsFaults(resolveSettings([{ scope: {}, version: 2, patch }]).document).map(({ path, message }) =>
      `${path}: ${message}`
    );
  const cases: [SettingsPatch, RegExp][] = [
    [{ sensor: { episode: { deadband: 0.9 } } }, /^sensor\.episode\.deadband: has to be under the threshold/],
    [{ sensor: { episode: { threshold: 0, deadband: 0 } } }, /^sensor\.episode\.threshold: has to be over 0/],
    [{ sensor: { detectors: { zscore: { parameters: { sigma: 50 } } } } }, /^sensor\.detectors\.zscore: .*cap > sigma/],
    [{ sensor: { watches: { x: { detector: "oracle" } } } }, /^sensor\.watches\.x\.detector: there is no detector/],
    [
      { sensor: { watches: { x: { detector: "limit", parameters: { hihg: 1 } } } } },
      /^sensor\.watches\.x\.parameters\.hihg: limit has no such parameter: it has low, high, hysteresis/,
    ],
    [
      { sensor: { watches: { x: { detector: "flatline", parameters: { least: { least: 1.5 } } } } } },
      /^sensor\.watches\.x\.parameters\.least\.least: has to be a whole number from 2/,
    ],
    [
      { sensor: { watches: { x: { detector: "flatline", parameters: { least: 5 } } } } },
      /^sensor\.watches\.x\.parameters\.least: has to be hours and least, each a number/,
    ],
    [{ sensor: { watches: { x: { detector: "limit" } } } }, /^sensor\.watches\.x: limit: .*low or high/],
    [
      { sensor: { severity: [{ scoreMin: 0.5, anomaliesMin: 1, severity: "LOW" }] } },
      /^sensor\.severity: the last row has to hold for everything/,
    ],
    [{ asset: { stream: { warmUp: 20 } } }, /^asset\.stream: The asset's stream needs warmUp/],
    [
      { sensor: { detectors: Object.fromEntries(DEFAULT_SETTINGS.detectors.map(({ name }) => [name, null])) } },
      /^sensor\.detectors: at least one detector needs a weight over 0/,
    ],
  ];
  for (const [patch, expected] of cases) assert.match(faultsOf(patch)[0] ?? "none", expected);
});

Deno.test("weights that cannot alarm are a warning, and so is a detector that is off", () => {
  const warningsOf = (patch: SettingsPatch) =>
    settingsWarnings(resolveSettings([{ scope: {}, version: 2, patch }]).document).map(({ message }) => message);
  assert.deepEqual(warningsOf({}), []);
  const all = (weight: number) => ({
    sensor: { detectors: Object.fromEntries(DEFAULT_SETTINGS.detectors.map(({ name }) => [name, { weight }])) },
  });
  assert.match(
    warningsOf(all(0.01))[0],
    /reach a score of .* at most, and the threshold is .*: the ensemble can never alarm/,
  );
  assert.match(warningsOf(all(0.2))[0], /several detectors have to agree/);
  assert.deepEqual(warningsOf({ sensor: { detectors: { zscore: { weight: 0 } } } }), ["the detector is off"]);
  assert.deepEqual(warningsOf({ sensor: { watches: { flatline: null, drift: null } } }), [
    "nothing stands alone: nothing looks for a stuck sensor",
  ]);
});

Deno.test("asset weights that cannot alarm are a warning; none at all, and what does not go together, are faults", () => {
  const documentOf = (asset: Tree) => resolveSettings([{ scope: {}, version: 2, patch: { asset } }]).document;
  const told = (faults: readonly { path: string; message: string }[]) =>
    faults.map(({ path, message }) => `${path}: ${message}`);
  const calm = { asset_stream: 0.2, t_squared: 0.1, isolation_forest: 0.1 };
  assert.deepEqual(told(settingsWarnings(documentOf({ weights: { ...calm, operating_modes: 1 } }))), [
    "asset.weights: the weights reach a score of 0.352 at most, and the threshold is 0.5: an asset can never alarm by them",
  ]);
  assert.deepEqual(settingsFaults(documentOf({ weights: calm })), []);
  const cases: [Tree, RegExp][] = [
    [{ weights: { asset_stream: 0, t_squared: 0, isolation_forest: 0 } }, /^asset\.weights: at least one of/],
    [{ episode: { threshold: 0 } }, /^asset\.episode\.threshold: has to be over 0/],
    [{ episode: { deadband: 0.6 } }, /^asset\.episode\.deadband: has to be under the threshold, 0\.5/],
    [{ wait: { leastMs: 9e7 } }, /^asset\.wait\.leastMs: has to be at most asset\.wait\.mostMs, 86400000/],
    [{ fitsAt: [400, 400] }, /^asset\.fitsAt: has to go up/],
    [{ stream: { window: 500 } }, /^asset\.stream: .* warmUp longer than window/],
  ];
  for (const [asset, expected] of cases) {
    assert.match(told(settingsFaults(documentOf(asset)))[0] ?? "none", expected);
  }
  const relearns = changesBetween(documentOf({}), documentOf({ forest: { trees: 5 }, weights: calm, fitsAt: [500] }))
    .filter((change) => change.relearns).map(({ path }) => path);
  assert.deepEqual(relearns, ["asset.fitsAt", "asset.forest.trees"]);
});

Deno.test("a comparison names each changed field with unit and effect, and what relearns", () => {
  const before = resolveSettings([TENANT]).document;
  const after = resolveSettings([TENANT, SENSOR]).document;
  const changes = changesBetween(before, after);
  const of = (path: string) => changes.find((change) => change.path === path);
  const decision = of("sensor.detectors.level_shift.parameters.decision")!;
  assert.deepEqual([decision.before, decision.after, decision.unit, decision.relearns], [
    100,
    50,
    "standard deviations",
    true,
  ]);
  assert.match(decision.effect, /more is calmer/);
  assert.deepEqual([of("sensor.detectors.zscore.weight")?.before, of("sensor.detectors.zscore.weight")?.after], [
    0.3,
    undefined,
  ]);
  assert.equal(of("sensor.watches.too_hot.parameters.high")?.after, 90);
  assert.deepEqual(changesBetween(after, after), []);
});

Deno.test("sets of other settings have another version; of the same settings under another number other names only", () => {
  const make = (patch: SettingsPatch, version: number) =>
    makeSet(sensorSettingsOf(resolveSettings([{ scope: {}, version, patch }])));
  const [a, b, c] = [make({}, 2), make({}, 3), make({ sensor: { episode: { onDelay: { least: 2 } } } }, 3)];
  assert.equal(a.version.split(" ")[1], b.version.split(" ")[1]);
  assert.notEqual(b.version, c.version);
  assert.deepEqual(a.parts, c.parts);
});

Deno.test("a document that an older or newer release kept has only its own detectors, with what this one knows", () => {
  const kept = { sensor: { detectors: { zscore: { weight: 1, parameters: { sigma: 5 } } }, watches: {} } };
  const settings = sensorSettings(restoreSettings(kept), "older");
  assert.deepEqual(settings.detectors.map(({ name }) => name), ["zscore"]);
  assert.deepEqual(settings.watches, []);
  assert.equal(settings.episode.threshold, DEFAULT_SETTINGS.episode.threshold);
});
