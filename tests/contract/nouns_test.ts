/**
 * What is saved of a noun comes back whole, each field of it, changed fields too, and to its own tenant only; on each
 * engine. A new field does not compile here without a value.
 */
import assert from "node:assert/strict";
import { type Alert, UNHANDLED } from "../../src/domain/alerting/alert.ts";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import type { Evidence } from "../../src/domain/detection/episode.ts";
import type { ReprocessedAlert, ReprocessRun } from "../../src/domain/history/reprocess.ts";
import type { Batch, BatchId } from "../../src/domain/intake/batch.ts";
import type { Quarantined } from "../../src/domain/intake/quarantine.ts";
import type { Asset, AssetId } from "../../src/domain/plant/asset.ts";
import type { Sensor, SensorId } from "../../src/domain/plant/sensor.ts";
import type { Store } from "../../src/ports/store.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";

const T0 = Date.UTC(2024, 0, 1);
const EVIDENCE: Evidence = {
  ts: T0,
  value: 1.5,
  score: 0.5,
  threshold: 0.3,
  contributions: [{ detector: "d", score: 0.5, facts: { a: 1 } }],
  missing: ["m"],
};
const IMPOSSIBLE_KEYS = ["", "nul \u0000", "lone \ud800", "\u202eturned", "k".repeat(1_000)];

/** Fails when a field has the same value in both: then nothing would show that it is saved. */
function assertAllDiffer<Noun extends object>(before: Noun, after: Noun, but: readonly (keyof Noun)[]): void {
  const fields = Object.keys(before) as (keyof Noun)[];
  assert.deepEqual(fields.filter((field) => !but.includes(field) && Object.is(before[field], after[field])), []);
}

interface Tenants {
  readonly store: Store;
  readonly mine: TenantId;
  readonly other: TenantId;
}

async function assetsComeBack({ store, mine, other }: Tenants): Promise<void> {
  const parent = async (key: string) =>
    (await store.assets.save(mine, {
      key,
      name: key,
      parentId: undefined,
      criticality: "B",
      level: undefined,
      reorderWindowMs: undefined,
      retiredAt: undefined,
    })).id;
  const full: Omit<Asset, "id"> = {
    key: "asset",
    name: "Pump №7",
    parentId: await parent("above"),
    criticality: "A",
    level: 6,
    reorderWindowMs: 30_000,
    retiredAt: undefined,
  };
  const changed: Omit<Asset, "id"> = {
    ...full,
    name: "Насос",
    parentId: await parent("elsewhere"),
    criticality: "C",
    level: 9,
    reorderWindowMs: 60_000,
    retiredAt: T0,
  };
  const empty: Omit<Asset, "id"> = {
    ...full,
    name: "",
    parentId: undefined,
    criticality: "B",
    level: undefined,
    reorderWindowMs: undefined,
  };
  assertAllDiffer(full, changed, ["key"]);
  assertAllDiffer(changed, empty, ["key"]);
  const { id } = await store.assets.save(mine, full);
  for (const saved of [full, changed, empty]) {
    const expected = { id, ...saved };
    assert.deepEqual(await store.assets.save(mine, saved), expected);
    assert.deepEqual(await store.assets.byKey(mine, "asset"), expected);
    assert.deepEqual(await store.assets.byIds(mine, [id]), [expected]);
    assert.deepEqual(
      (await store.assets.page(mine, { limit: 1_000, withRetired: true })).find((asset) => asset.id === id),
      expected,
    );
  }
  assert.equal(await store.assets.byKey(other, "asset"), undefined);
  assert.deepEqual(await store.assets.byIds(other, [id]), []);
  assert.deepEqual(await store.assets.page(other, { limit: 1_000 }), []);
  const theirs = await store.assets.save(other, { ...full, parentId: undefined });
  assert.notEqual(theirs.id, id);
  assert.deepEqual(await store.assets.byKey(mine, "asset"), { id, ...empty });
}

async function sensorsComeBack({ store, mine, other }: Tenants): Promise<void> {
  const on = async (key: string): Promise<AssetId> =>
    (await store.assets.save(mine, {
      key,
      name: key,
      parentId: undefined,
      criticality: "B",
      level: undefined,
      reorderWindowMs: undefined,
      retiredAt: undefined,
    })).id;
  const full: Omit<Sensor, "id"> = {
    key: "sensor",
    name: "Bearing",
    assetId: await on("machine"),
    quantity: "temperature",
    unit: "Cel",
    rangeMin: -40.5,
    rangeMax: 150.25,
    expectedIntervalMs: 1_000,
    reorderWindowMs: 30_000,
    registered: true,
    retiredAt: undefined,
  };
  const changed: Omit<Sensor, "id"> = {
    key: "sensor",
    name: "Lager",
    assetId: await on("another"),
    quantity: "pressure",
    unit: "bar",
    rangeMin: 0,
    rangeMax: 1e-300,
    expectedIntervalMs: 60_000,
    reorderWindowMs: 86_400_000,
    registered: false,
    retiredAt: T0,
  };
  const empty: Omit<Sensor, "id"> = {
    key: "sensor",
    name: "",
    assetId: undefined,
    quantity: "generic",
    unit: undefined,
    rangeMin: undefined,
    rangeMax: undefined,
    expectedIntervalMs: undefined,
    reorderWindowMs: undefined,
    registered: true,
    retiredAt: undefined,
  };
  assertAllDiffer(full, changed, ["key"]);
  assertAllDiffer(changed, empty, ["key"]);
  const { id } = await store.sensors.save(mine, full);
  for (const saved of [full, changed, empty]) {
    const expected = { id, ...saved };
    assert.deepEqual(await store.sensors.save(mine, saved), expected);
    assert.deepEqual(await store.sensors.byKeys(mine, ["sensor"]), [expected]);
    assert.deepEqual(await store.sensors.byIds(mine, [id]), [expected]);
    assert.deepEqual(
      (await store.sensors.page(mine, { limit: 1_000, withRetired: true })).find((one) => one.id === id),
      expected,
    );
    const ofAsset = saved.assetId === undefined ? [] : [expected];
    assert.deepEqual(await store.sensors.ofAsset(mine, saved.assetId ?? full.assetId!), ofAsset);
  }
  await store.sensors.save(mine, full);
  assert.deepEqual(await store.sensors.byKeys(other, ["sensor"]), []);
  assert.deepEqual(await store.sensors.byIds(other, [id]), []);
  assert.deepEqual(await store.sensors.page(other, { limit: 1_000 }), []);
  assert.deepEqual(await store.sensors.ofAsset(other, full.assetId!), []);
  assert.deepEqual(await store.sensors.progress(other, [id]), []);
  assert.deepEqual(await store.detectorStates.lock(other, [{ id, revision: -1 }]), []);
  const theirs = await store.sensors.save(other, { ...changed, assetId: undefined });
  assert.notEqual(theirs.id, id);
  assert.deepEqual(await store.sensors.byKeys(mine, ["sensor"]), [{ id, ...full }]);
}

/** A batch and a sensor to hang other nouns on. */
async function ground({ store, mine }: Tenants, key: string): Promise<{ batchId: BatchId; sensorId: SensorId }> {
  const landing = { source: key, idempotencyKey: key, contentHash: "h", payload: "{}", readings: 1 };
  const { batch } = await store.batches.accept(mine, landing);
  await store.sensors.addUnregistered(mine, [{ key, unit: undefined }]);
  return { batchId: batch.id, sensorId: (await store.sensors.byKeys(mine, [key]))[0].id };
}

async function batchesComeBack({ store, mine, other }: Tenants): Promise<void> {
  const landing = { source: "source", idempotencyKey: "batch", contentHash: "h", payload: `{"a":1}`, readings: 7 };
  const { batch } = await store.batches.accept(mine, landing);
  const sourceId = (await store.sources.byKey(mine, "source"))!;
  const accepted: Batch = {
    id: batch.id,
    tenantId: mine,
    sourceId,
    source: "source",
    position: 1,
    idempotencyKey: "batch",
    readings: 7,
    receivedAt: batch.receivedAt,
    state: "accepted",
    stored: 0,
    quarantined: 0,
    duplicates: 0,
    corrected: 0,
    late: 0,
    alertsOpened: 0,
    failure: undefined,
    faults: 0,
    finishedAt: undefined,
  };
  assert.deepEqual(batch, accepted);
  assert.ok(Math.abs(batch.receivedAt - Date.now()) < 60_000);
  assert.deepEqual(await store.batches.landed(mine, batch.id), { ...accepted, payload: landing.payload });
  const counts = { stored: 1, quarantined: 2, duplicates: 3, corrected: 6, late: 4, alertsOpened: 5 };
  await store.batches.passStage(mine, batch.id, { stage: "ingest", result: "{}", counts });
  await store.batches.addFault(mine, batch.id);
  const ingested = { ...accepted, ...counts, state: "ingested", faults: 1 };
  assert.deepEqual(await store.batches.byIds(mine, [batch.id]), [ingested]);
  assert.deepEqual(await store.sources.queue(mine, sourceId, 10), [{ ...ingested, awaited: false }]);
  await store.batches.fail(mine, batch.id, "poison");
  const [failed] = await store.batches.byIds(mine, [batch.id]);
  assert.deepEqual(failed, { ...ingested, state: "failed", failure: "poison", finishedAt: failed.finishedAt });
  assert.ok(failed.finishedAt! >= failed.receivedAt);
  assert.deepEqual(await store.batches.page(mine, { limit: 10, source: "source", state: "failed" }), [failed]);

  assert.equal(await store.batches.landed(other, batch.id), undefined);
  assert.deepEqual(await store.batches.byIds(other, [batch.id]), []);
  assert.deepEqual(await store.batches.page(other, { limit: 10, source: "source" }), []);
  assert.equal(await store.sources.byKey(other, "source"), undefined);
  assert.equal(await store.batches.stageResult(other, batch.id, "ingest"), undefined);
  assert.deepEqual(await store.batches.retry(other, [batch.id]), []);
  assert.equal(await store.batches.fail(other, batch.id, "theirs"), false);
  assert.deepEqual(await store.batches.byIds(mine, [batch.id]), [failed]);
}

async function quarantineComesBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { batchId } = await ground(tenants, "quarantined");
  const rows: Quarantined[] = [
    { index: 0, reason: "not_a_number", detail: "d", raw: `{"value":"\\u0000"}` },
    { index: 9_999, reason: "too_old", detail: "😀", raw: "{}" },
  ];
  await store.quarantine.add(mine, batchId, rows);
  const kept = async (tenantId: TenantId, after?: number) =>
    ((await store.quarantine.ofBatches(tenantId, [batchId], { limit: 10, after })).get(batchId) ?? []).map((row) => ({
      ...row,
    }));
  const notSentAgain = rows.map((row) => ({ ...row, replayedBy: undefined, replayedAt: undefined }));
  assert.deepEqual(await kept(mine), notSentAgain);
  assert.deepEqual(await kept(mine, 0), notSentAgain.slice(1));
  assert.deepEqual(await kept(other), []);
  assert.deepEqual(await store.quarantine.indexes(other, batchId), []);
}

async function alertsComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { batchId, sensorId } = await ground(tenants, "alerting");
  const key = { sensorId, kind: "flatline", episodeStart: T0 };
  const facts = { openedAt: T0 + 1_234, severity: "LOW", score: 0.4, reason: "stuck", batchId } as const;
  const opened = (await store.alerts.open(mine, key, facts))!;
  const expected: Alert = {
    id: opened.id,
    ...key,
    ...facts,
    endedAt: undefined,
    state: "unacknowledged",
    settingsId: undefined,
    ...UNHANDLED,
  };
  assert.deepEqual(opened, expected);
  const seen = async (tenantId: TenantId) => [
    await store.alerts.byIds(tenantId, [opened.id]),
    await store.alerts.page(tenantId, { limit: 10, batchId }),
    await store.alerts.page(tenantId, { limit: 10, subjects: { sensorIds: [sensorId], assetIds: [] } }),
  ];
  assert.deepEqual(await seen(mine), [[expected], [expected], [expected]]);
  assert.deepEqual(await seen(other), [[], [], []]);

  const worse = { severity: "HIGH", score: 0.9, reason: "still stuck" } as const;
  assert.equal(await store.alerts.raise(other, key, worse), undefined);
  assert.equal(await store.alerts.close(other, key, { endedAt: T0, score: 1, reason: "" }), undefined);
  assert.deepEqual(await store.alerts.raise(mine, key, worse), { ...expected, ...worse, version: 2 });
  const over = { endedAt: T0 + 60_001, score: 0.95, reason: "stuck for long" };
  const closed = { ...expected, ...worse, ...over, state: "returned_unacknowledged", version: 3 } as const;
  assert.deepEqual(await store.alerts.close(mine, key, over), closed);
  assert.deepEqual(await seen(mine), [[closed], [closed], [closed]]);

  const handled: Alert = {
    ...closed,
    state: "normal",
    version: 4,
    assignee: "Ann O'Hara",
    shelf: { until: T0 + 1_234, by: "bob", reason: 'a, "b" {c}' },
    suppressedBy: ["instrument_fault", "maintenance_window"],
    parentId: opened.id,
  };
  await store.alerts.save(other, [handled]);
  assert.deepEqual(await seen(mine), [[closed], [closed], [closed]]);
  await store.alerts.save(mine, [handled]);
  assert.deepEqual(await seen(mine), [[handled], [handled], [handled]]);
  await store.transaction(async (store) => {
    assert.deepEqual(await store.alerts.lock(mine, [opened.id]), [handled]);
    assert.deepEqual(await store.alerts.lock(other, [opened.id], { skipHeld: true }), []);
  });
  await store.alerts.save(mine, [closed]);

  const plain = {
    name: "a",
    parentId: undefined,
    criticality: "B",
    level: undefined,
    reorderWindowMs: undefined,
    retiredAt: undefined,
  } as const;
  const top = await store.assets.save(mine, { ...plain, key: "alerting" });
  const part = await store.assets.save(mine, { ...plain, key: "alerting/part", parentId: top.id });
  const ofAsset = (await store.alerts.open(mine, { ...key, sensorId: undefined, assetId: part.id }, facts))!;
  assert.deepEqual([ofAsset.sensorId, ofAsset.assetId], [undefined, part.id]);
  assert.deepEqual(await store.assets.below(mine, top.id), [top.id, part.id]);
  assert.deepEqual(await store.assets.below(other, top.id), []);
  const below = { sensorIds: [], assetIds: [top.id, part.id] };
  assert.deepEqual(await store.alerts.page(mine, { limit: 10, subjects: below }), [ofAsset]);
  assert.equal(await store.alerts.open(mine, { ...key, sensorId: undefined, assetId: part.id }, facts), undefined);

  const proof = { alertId: opened.id, ts: T0 + 1_234, change: "raised", batchId, evidence: EVIDENCE } as const;
  await store.alerts.addProof(mine, proof);
  assert.deepEqual(await store.alerts.proofs(mine, [opened.id]), [proof]);
  assert.deepEqual(await store.alerts.proofs(other, [opened.id]), []);
}

async function transitionsComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { batchId, sensorId } = await ground(tenants, "handled");
  const facts = { openedAt: T0, severity: "LOW", score: 0.4, reason: "r", batchId } as const;
  const alert = (await store.alerts.open(mine, { sensorId, kind: "anomaly", episodeStart: T0 }, facts))!;
  const opened = { alertId: alert.id, version: 1, change: "opened", state: "unacknowledged", ts: T0 + 0.25 } as const;
  const first = { ...opened, actor: "service", note: undefined, detail: undefined };
  const second = { ...opened, version: 2, change: "shelved", actor: "ann", note: "\"'", detail: "later" } as const;
  await store.alertHistory.add(mine, [first, second]);
  await store.alertHistory.add(mine, [{ ...first, actor: "again" }]);
  const kept = async (tenantId: TenantId, part: { limit: number; after?: number }) =>
    ((await store.alertHistory.of(tenantId, [alert.id], part)).get(alert.id) ?? []).map(
      ({ knownAt, ...transition }) => {
        assert.ok(knownAt > T0);
        return transition;
      },
    );
  assert.deepEqual(await kept(mine, { limit: 10 }), [second, first]);
  assert.deepEqual(await kept(mine, { limit: 1 }), [second]);
  assert.deepEqual(await kept(mine, { limit: 10, after: 2 }), [first]);
  assert.deepEqual(await kept(other, { limit: 10 }), []);
}

async function windowsComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { sensorId } = await ground(tenants, "windows");
  const given = { subject: { sensorId }, startsAt: T0, reason: "r", openedBy: "ann" };
  const maintenance = (await store.windows.open(mine, { ...given, kind: "maintenance_window", endsAt: T0 + 9_000 }))!;
  const out = (await store.windows.open(mine, { ...given, kind: "out_of_service", endsAt: undefined }))!;
  const open = { closedAt: undefined, closedBy: undefined };
  assert.deepEqual(maintenance, {
    ...given,
    ...open,
    id: maintenance.id,
    kind: "maintenance_window",
    endsAt: T0 + 9_000,
    openedAt: maintenance.openedAt,
  });
  const again = await store.windows.open(mine, { ...given, kind: "out_of_service", endsAt: undefined });
  assert.equal(again, undefined, "a sensor is out of service once");
  assert.deepEqual(await store.windows.outOfService(mine, { sensorId }), out);
  assert.deepEqual((await store.windows.over(mine, { sensorId }, T0)).sort(), ["maintenance_window", "out_of_service"]);
  assert.deepEqual(await store.windows.over(mine, { sensorId }, T0 + 9_000), ["out_of_service"]);
  const holding = { kind: "maintenance_window", at: T0 + 1 } as const;
  assert.deepEqual(await store.windows.holding(mine, holding), [maintenance]);
  const page = { limit: 10, open: true } as const;
  assert.deepEqual(await store.windows.page(mine, page), [out, maintenance]);
  assert.deepEqual(await store.windows.page(mine, { ...page, kind: "maintenance_window" }), [maintenance]);
  for (
    const nothing of [
      await store.windows.byIds(other, [out.id]),
      await store.windows.over(other, { sensorId }, T0),
      await store.windows.holding(other, holding),
      await store.windows.page(other, page),
    ]
  ) assert.deepEqual(nothing, []);
  assert.equal(await store.windows.close(other, out.id, { at: T0, by: "eve" }), undefined);
  const closed = { ...out, closedAt: T0 + 1, closedBy: "bob" };
  assert.deepEqual(await store.windows.close(mine, out.id, { at: T0 + 1, by: "bob" }), closed);
  assert.equal(await store.windows.close(mine, out.id, { at: T0 + 2, by: "eve" }), undefined);
  const due = async () => (await store.windows.due({ now: T0 + 1, limit: 10 })).map(({ id }) => id);
  assert.deepEqual(await due(), [maintenance.id, out.id]);
  await store.windows.note(mine, maintenance.id, "begun");
  await store.windows.note(mine, out.id, "settled");
  assert.deepEqual(await due(), []);
}

async function presencesComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { batchId, sensorId } = await ground(tenants, "present");
  const [{ sourceId }] = await store.batches.byIds(mine, [batchId]);
  const last = { ts: T0 + 0.5, value: NaN, status: 0x80000000 };
  const times = { heardAt: T0 + 4, goodAt: T0 + 3, goodTs: T0 + 2.25, dueAt: T0 + 60_000 };
  const usual = { spacingMs: 0.125, deliveryMs: 1e9, spacings: 2 ** 40 };
  const presence = { sensorId, sourceId, batchId, last, ...times, ...usual, fault: undefined };
  const kept = (tenantId: TenantId) => store.transaction((store) => store.presences.lock(tenantId, [sensorId]));
  for (
    const one of [
      presence,
      { ...presence, last: { ...last, value: -1e300 }, dueAt: undefined, fault: "silence" } as const,
    ]
  ) {
    await store.presences.save(mine, [one]);
    assert.deepEqual(await kept(mine), [one]);
  }
  assert.deepEqual(await kept(other), []);
  assert.equal(await store.presences.silentSince(mine, sourceId), undefined);
  assert.equal(await store.presences.noteSilent(mine, sourceId, T0), true);
  assert.equal(await store.presences.noteSilent(mine, sourceId, T0 + 1), false);
  assert.equal(await store.presences.silentSince(mine, sourceId), T0);
  assert.equal(await store.presences.silentSince(other, sourceId), undefined);
  await store.presences.noteHeard(mine, sourceId);
  assert.equal(await store.presences.silentSince(mine, sourceId), undefined);
}

async function policyComesBack({ store, mine, other }: Tenants): Promise<void> {
  assert.equal(await store.alertPolicies.get(mine), undefined);
  const policy = { shelveMaxMs: 3_600_000, latching: ["HIGH", "CRITICAL"] } as const;
  await store.alertPolicies.save(mine, { ...policy, changedBy: "ann" });
  assert.deepEqual(await store.alertPolicies.get(mine), policy);
  await store.alertPolicies.save(mine, { ...policy, latching: [], changedBy: "ann" });
  assert.deepEqual(await store.alertPolicies.get(mine), { ...policy, latching: [] });
  assert.equal(await store.alertPolicies.get(other), undefined);
}

async function runsComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { sensorId } = await ground(tenants, "reprocessed");
  const on = {
    key: "whole",
    name: "whole",
    parentId: undefined,
    criticality: "A",
    level: undefined,
    reorderWindowMs: undefined,
    retiredAt: undefined,
  } as const;
  const asset = await store.assets.save(mine, on);
  const range = { from: T0 + 1, to: T0 + 86_400_001 };
  for (const subject of [{ sensorId }, { assetId: asset.id }]) {
    const id = await store.reprocessing.create(mine, { subject, ...range, sensorIds: [sensorId], assetIds: [] });
    const [run] = await store.reprocessing.byIds(mine, [id]);
    const expected: ReprocessRun = {
      id,
      sensorId: undefined,
      assetId: undefined,
      ...subject,
      ...range,
      state: "running",
      settings: "as_judged",
      draftId: undefined,
      failure: undefined,
      readingsFrom: undefined,
      requestedAt: run.requestedAt,
      finishedAt: undefined,
      sensors: 1,
      sensorsFinished: 0,
      assets: 0,
      assetsFinished: 0,
      readings: 0,
    };
    assert.deepEqual(run, expected);
    assert.ok(Math.abs(run.requestedAt - Date.now()) < 60_000);
    assert.deepEqual((await store.reprocessing.page(mine, { limit: 1 }))[0], expected);
    assert.deepEqual(await store.reprocessing.byIds(other, [id]), []);
    assert.deepEqual(await store.reprocessing.page(other, { limit: 1 }), []);
    assert.equal(await store.reprocessing.lockNext(other, id), undefined);
    await store.reprocessing.end(other, id, { state: "failed", failure: "theirs" });
    await store.reprocessing.saveCursor(other, id, { sensorId, state: "{}", watermark: T0, folded: 9, finished: true });
    assert.deepEqual((await store.reprocessing.byIds(mine, [id]))[0], expected);

    await store.reprocessing.saveCursor(mine, id, {
      sensorId,
      state: `{"a":1}`,
      watermark: T0,
      folded: 5,
      finished: false,
    });
    const cursor = (await store.reprocessing.lockNext(mine, id))!;
    const { quantity, criticality, assetId: _, settingsId: __, ...kept } = cursor;
    assert.deepEqual([quantity, criticality], ["generic", "B"]);
    assert.deepEqual(kept, { sensorId, state: `{"a":1}`, watermark: T0, finished: false });
    await store.reprocessing.end(mine, id, { state: "failed", failure: "broken" });
    const [ended] = await store.reprocessing.byIds(mine, [id]);
    const { finishedAt } = ended;
    assert.ok(finishedAt! >= run.requestedAt);
    assert.deepEqual(ended, { ...expected, state: "failed", failure: "broken", readings: 5, finishedAt });
  }
}

async function foundAlertsComeBack(tenants: Tenants): Promise<void> {
  const { store, mine, other } = tenants;
  const { sensorId } = await ground(tenants, "found");
  const range = { from: T0, to: T0 + 1 };
  const id = await store.reprocessing.create(mine, {
    subject: { sensorId },
    ...range,
    sensorIds: [sensorId],
    assetIds: [],
  });
  const full: ReprocessedAlert = {
    sensorId,
    kind: "anomaly",
    episodeStart: T0,
    openedAt: T0 + 1_001,
    endedAt: undefined,
    severity: "LOW",
    score: 0.4,
    reason: "r",
    evidence: EVIDENCE,
    live: false,
  };
  const foundIn = async (tenantId: TenantId) =>
    (await store.reprocessing.alertsOf(tenantId, [id], { limit: 10 })).get(id) ?? [];
  await store.reprocessing.saveAlert(mine, id, full);
  assert.deepEqual(await foundIn(mine), [full]);
  assert.deepEqual(await foundIn(other), []);
  const change = { severity: "HIGH", score: 0.7, reason: "worse", endedAt: T0 + 9_001 } as const;
  await store.reprocessing.changeAlert(other, id, { ...full, ...change });
  assert.deepEqual(await foundIn(mine), [full]);
  await store.reprocessing.changeAlert(mine, id, { sensorId, kind: "anomaly", episodeStart: T0, ...change });
  assert.deepEqual(await foundIn(mine), [{ ...full, ...change }]);
}

async function settingsComeBack({ store, mine, other }: Tenants): Promise<void> {
  const before = (await store.tenants.byKey("other"))!;
  assert.deepEqual(before, { id: other, key: "other", unknownSensors: "register", timeZone: undefined });
  for (const unknownSensors of ["quarantine", "register", "quarantine"] as const) {
    const expected = { id: mine, key: "default", unknownSensors, timeZone: undefined };
    assert.deepEqual(await store.tenants.save(mine, { unknownSensors }), expected);
    assert.deepEqual(await store.tenants.save(mine, {}), expected);
    assert.deepEqual(await store.tenants.byKey("default"), expected);
  }
  for (const timeZone of ["Asia/Kolkata", undefined]) {
    const expected = { id: mine, key: "default", unknownSensors: "quarantine", timeZone };
    assert.deepEqual(await store.tenants.save(mine, { timeZone }), expected);
    assert.deepEqual(await store.tenants.save(mine, {}), expected);
  }
  assert.deepEqual(await store.tenants.byKey("other"), before);
}

async function impossibleKeysNameNothing({ store, mine }: Tenants): Promise<void> {
  assert.deepEqual(await store.sensors.byKeys(mine, IMPOSSIBLE_KEYS), []);
  for (const key of IMPOSSIBLE_KEYS) {
    assert.equal(await store.assets.byKey(mine, key), undefined);
    assert.equal(await store.sources.byKey(mine, key), undefined);
    assert.equal(await store.tenants.byKey(key), undefined);
    assert.deepEqual(await store.batches.page(mine, { limit: 10, source: key }), []);
  }
}

for (const engine of ENGINES) {
  Deno.test(`the ${engine.name} store gives back what was saved, whole, and to its tenant only`, async (t) => {
    await withMigrated(engine, async ({ sql }) => {
      const store = createStore(sql);
      const mine = (await store.tenants.byKey("default"))!.id;
      const [{ id: other }] = await sql<{ id: TenantId }[]>`
        INSERT INTO tenant (key, name) VALUES ('other', 'Other') RETURNING id`;
      const tenants = { store, mine, other };
      await t.step("assets", () => assetsComeBack(tenants));
      await t.step("sensors", () => sensorsComeBack(tenants));
      await t.step("batches", () => batchesComeBack(tenants));
      await t.step("quarantine", () => quarantineComesBack(tenants));
      await t.step("alerts and their evidence", () => alertsComeBack(tenants));
      await t.step("transitions of alerts", () => transitionsComeBack(tenants));
      await t.step("service windows", () => windowsComeBack(tenants));
      await t.step("presences of sensors, and silent sources", () => presencesComeBack(tenants));
      await t.step("alert policies", () => policyComesBack(tenants));
      await t.step("reprocess runs", () => runsComeBack(tenants));
      await t.step("alerts that a run found", () => foundAlertsComeBack(tenants));
      await t.step("a tenant's settings", () => settingsComeBack(tenants));
      await t.step("and nothing for keys that cannot be keys", () => impossibleKeysNameNothing(tenants));
    });
  });
}
