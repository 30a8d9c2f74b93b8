/**
 * Folds the assets that have something to do: closes their rows and judges them. A fold of sensors leaves a note of its
 * assets in its own transaction; what follows from it is done here, in transactions of bounded work, each of which
 * stores states, alerts and events together. So whoever comes next finishes what another one left, and a fault with one
 * asset keeps neither batches nor other assets from going on.
 */
import { withSensors } from "../../domain/detection/asset_state.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { beginAsset, beginningSpan, nextSpan, type Span, stepAsset } from "../../domain/detection/asset_step.ts";
import type { EpisodeChange, Supersession } from "../../domain/detection/episode.ts";
import { closableTo } from "../../domain/detection/asset_watermark.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import { type Store, StoreUnavailable } from "../../ports/store.ts";
import { type AlertEvent, applyDecision } from "../alerting/change_alert.ts";
import { afterNotifying, NOBODY, tellOf } from "../alerting/notify_of_alerts.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { adoptAssets } from "./adopt_assets.ts";
import { type HeldAsset, type HeldAssets, holdAssets, isJudged, toSaved } from "./hold_assets.ts";

/**
 * Bounds on one transaction. Batches that bring readings of its assets wait for it: with thirty-two assets at a time
 * they waited 70 ms each at full load, up to 1.7 s, with eight 4 ms, up to 80 ms.
 */
const ASSETS_PER_RUN = 8;
const READINGS_PER_RUN = 20_000;
/** A model takes as long as thousands of rows. */
const MODELS_PER_RUN = 4;
/** Readings of a sensor that are read at once, at least. */
const READINGS_LEAST = 50;
/** Runs of one call; what is left is for the next one. */
const RUNS_MAX = 500;
/** Rows whose scores are kept. */
const SCORES_KEPT = 50_000;
/** Saves of an asset between two looks for scores that are too old. */
const SCORES_LOOK_EVERY = 64;

/** The same as `foldAssets`, at once or when it is its turn (asset_turns.ts): then nobody waits for it. */
export function foldAssetsSoon(scope: Scope): Promise<void> {
  const { assetTurns, tenant, background, observe } = scope;
  // What stays undone is noted in the store: the next fold does it, or the sweeper.
  const onFault = (cause: unknown) => observe({ kind: "assets.not_folded", tenantId: tenant.id, cause });
  return assetTurns.soon(tenant.id, () => foldAssets(scope), (work) => background(work.catch(onFault)));
}

/** Folds all that is due of the tenant and that nobody else is folding. Throws `StoreUnavailable`. */
export async function foldAssets(scope: Scope): Promise<void> {
  let after = 0;
  for (let runs = 0, limit = ASSETS_PER_RUN; runs < RUNS_MAX; runs++) {
    const run: Run = { after, limit, first: undefined };
    try {
      if (!await foldRun(scope, run)) return;
    } catch (cause) {
      if (cause instanceof StoreUnavailable || run.first === undefined) throw cause;
      // One of the run is at fault: alone, the first one either goes through or is the one.
      if (limit > 1) limit = 1;
      else {
        scope.observe({ kind: "asset.not_folded", assetId: run.first, cause });
        after = run.first;
      }
    }
  }
}

interface Run {
  /** Assets up to this one are left out. */
  readonly after: number;
  readonly limit: number;
  first: AssetId | undefined;
}

/** Whether there may be more to do. */
async function foldRun(scope: Scope, run: Run): Promise<boolean> {
  const { tenant, assetMemory, observe, wakeUps } = scope;
  const { held, alerts, notified } = await scope.store.transaction(async (store) => {
    const due = await store.assetStates.lockDue(tenant.id, run);
    run.first = due.at(0)?.asset.id;
    if (due.length === 0) return { held: [], alerts: [], notified: NOBODY };
    const holding = await holdAssets(scope, store, due);
    const { held } = holding;
    const alerts = await foldHeld(scope, store, holding);
    await store.assetStates.save(tenant.id, held.map(toSaved));
    await store.assetStates.addScores(tenant.id, held.flatMap(({ scores }) => scores ?? []));
    const events = alerts.flatMap(({ record, further }) => [record, ...further]);
    const notified = await tellOf(store, { tenant, nowMs: scope.clock.nowMs() }, events);
    return { held, alerts, notified };
  });
  for (const { due: { asset, revision }, memory } of held) {
    if (memory !== undefined) assetMemory.set(asset.id, { memory, revision: revision + 1 });
  }
  for (const { alert, change } of alerts) {
    observe({ kind: "alert", change, alertId: alert.id, batchId: alert.batchId, severity: alert.severity });
  }
  afterNotifying(scope, notified);
  if (alerts.length > 0) wakeUps.wake(eventsTopic(tenant.id));
  return held.length === run.limit || held.some(({ done }) => !done);
}

async function foldHeld(scope: Scope, store: Store, { held, idOf }: HeldAssets): Promise<AlertEvent[]> {
  const { tenant } = scope;
  const alerts: AlertEvent[] = [];
  for (const { one, decisions } of await adoptAssets(scope, store, { held, idOf })) {
    alerts.push(...await applyAll(store, { tenant, one, idOf, decisions }));
  }
  const planned = held.flatMap((one) => {
    const span = planOf(one, Math.max(READINGS_LEAST, Math.floor(READINGS_PER_RUN / columnsOf(held))));
    return span === undefined ? [] : [{ one, span }];
  });
  const series = await readSpans(store, { tenant, planned });
  let fitted = 0;
  for (const { one, span } of planned) {
    if (fitted >= MODELS_PER_RUN) {
      one.done = false;
      continue;
    }
    const before = one.memory?.model;
    alerts.push(...await foldOne(store, { tenant, one, span, series, idOf }));
    if (one.memory?.model !== before) fitted++;
  }
  return alerts;
}

function columnsOf(held: readonly HeldAsset[]): number {
  return held.reduce((sum, { sensors }) => sum + sensors.length, 0);
}

/** What is to be read for the asset's next step; undefined when there is nothing to do. */
function planOf(one: HeldAsset, limit: number): Span | undefined {
  const { due, sensors, rules } = one;
  if (!isJudged(one)) {
    // Should it be judged one day, then from there on.
    one.beginsAt = Math.max(one.beginsAt, ...sensors.map(({ watermark }) => watermark ?? -Infinity));
    return undefined;
  }
  const to = closableTo(sensors, { wait: rules.settings.wait, history: due });
  if (to === undefined) return undefined;
  if (one.memory !== undefined) return nextSpan(one.memory, { closableTo: to, limit });
  return beginningSpan({ beginsAt: due.watermark ?? one.beginsAt, closableTo: to });
}

interface Planned {
  readonly one: HeldAsset;
  readonly span: Span;
}

type SeriesById = Awaited<ReturnType<Store["readings"]["seriesOf"]>>;

function readSpans(
  store: Store,
  { tenant, planned }: { tenant: Scope["tenant"]; planned: readonly Planned[] },
): Promise<SeriesById> {
  return store.readings.seriesOf(
    tenant.id,
    planned.flatMap(({ one, span }) => one.sensors.map(({ id }) => ({ ...span, sensorId: id }))),
  );
}

const NOTHING = { ts: new Float64Array(), value: new Float64Array() };

async function foldOne(
  store: Store,
  { tenant, one, span, series, idOf }: Planned & Pick<HeldAssets, "idOf"> & {
    tenant: Scope["tenant"];
    series: SeriesById;
  },
): Promise<AlertEvent[]> {
  const { due, sensors, rules } = one;
  const columns = sensors.map(({ id }) => series.get(id) ?? NOTHING);
  if (one.memory === undefined) {
    const given = sensors.map(({ expectedIntervalMs }) => expectedIntervalMs);
    one.memory = beginAsset(rules, { columns, given });
    one.changed = one.memory !== undefined;
    one.done = one.memory === undefined;
    if (one.memory !== undefined) {
      const settingsId = await idOf(one.judging);
      const switched = { assetId: due.asset.id, behind: due.watermark, settingsId, storedMax: 0 };
      await store.settings.noteAssetSwitches(tenant.id, [switched]);
    }
    return [];
  }
  one.memory = withSensors(one.memory, rules);
  const step = stepAsset(one.memory, { span, columns, rules });
  if (step === undefined) {
    const wider = { one, span: { ...span, limit: 8 * span.limit } };
    const series = await readSpans(store, { tenant, planned: [wider] });
    return await foldOne(store, { tenant, ...wider, series, idOf });
  }
  one.changed = true;
  one.done = one.memory.state.closedTo >= span.to;
  const { id } = due.asset;
  if (step.fitted) {
    const model = one.memory.model!;
    await store.assetStates.saveModel(tenant.id, id, { version: model.version, text: encodeModel(model) });
  }
  const scores = step.rows.map(({ ts }, i) => ({ ts, score: step.scores[i] })).filter(({ score }) => score > 0);
  if (scores.length > 0) one.scores = { assetId: id, scores };
  if (due.revision % SCORES_LOOK_EVERY === 0) {
    const { closedTo, binMs } = one.memory.state;
    await store.assetStates.forgetScores(tenant.id, id, closedTo - SCORES_KEPT * binMs);
  }
  return await applyAll(store, { tenant, one, idOf, decisions: step.decisions });
}

async function applyAll(
  store: Store,
  { tenant, one: { due, judging }, idOf, decisions }: Pick<HeldAssets, "idOf"> & {
    tenant: Scope["tenant"];
    one: HeldAsset;
    decisions: readonly (EpisodeChange | Supersession)[];
  },
): Promise<AlertEvent[]> {
  const settingsId = () => idOf(judging);
  const events: AlertEvent[] = [];
  for (const decision of decisions) {
    const subject = { assetId: due.asset.id };
    const keeping = { tenantId: tenant.id, batchId: due.batchId, subject, decision, settingsId };
    const event = await applyDecision(store, keeping);
    if (event !== undefined) events.push(event);
  }
  const opened = events.filter(({ change }) => change === "opened").length;
  if (opened > 0) await store.batches.addAlerts(tenant.id, due.batchId, opened);
  return events;
}
