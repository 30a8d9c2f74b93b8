/**
 * Folds the assets that have something to do: closes their rows and judges them, day by day of data time, those that
 * are farthest behind first, since the lines of the alarm budget follow from the days before. A fold of sensors leaves
 * a note of its assets in its own transaction; what follows from it is done here, in transactions of bounded work, each
 * of which stores states, alerts and events together. So whoever comes next finishes what another one left, and a fault
 * with one asset keeps neither batches nor other assets from going on.
 */
import { type AssetMemory, withSensors } from "../../domain/detection/asset_state.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { binOf } from "../../domain/detection/asset_rows.ts";
import {
  beginAsset,
  beginningSpan,
  completeTo,
  nextSpan,
  type Span,
  stepAsset,
} from "../../domain/detection/asset_step.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { closableTo } from "../../domain/detection/asset_watermark.ts";
import { type Day, DAY_MS, dayOf } from "../../domain/detection/sensor_day.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { AssetScore } from "../../ports/detection/asset_state.ts";
import { type Store, StoreUnavailable } from "../../ports/store.ts";
import { applyDecisions } from "../alerting/apply_decisions.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import { type HeldLines, holdLines } from "../alerting/hold_lines.ts";
import { afterNotifying, NOBODY, tellOf } from "../alerting/notify_of_alerts.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { adoptAssets } from "./adopt_assets.ts";
import { type HeldAsset, type HeldAssets, holdAssets, isJudged, toSaved } from "./hold_assets.ts";
import { NOTHING, type Read, readSpans } from "./read_spans.ts";

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
  const skip: AssetId[] = [];
  for (let runs = 0, limit = ASSETS_PER_RUN; runs < RUNS_MAX; runs++) {
    const run: Run = { skip, limit, first: undefined };
    try {
      if (!await foldRun(scope, run)) return;
    } catch (cause) {
      if (cause instanceof StoreUnavailable || run.first === undefined) throw cause;
      // One of the run is at fault: alone, the first one either goes through or is the one.
      if (limit > 1) limit = 1;
      else {
        scope.observe({ kind: "asset.not_folded", assetId: run.first, cause });
        skip.push(run.first);
      }
    }
  }
}

interface Run {
  /** These are left out. */
  readonly skip: readonly AssetId[];
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
    const subjects = due.map(({ asset }) => ({ assetId: asset.id }));
    const lines = holdLines(store, { tenantId: tenant.id, subjects, of: "assets" });
    const alerts = await foldHeld(scope, store, { ...holding, lines, full: held.length === run.limit });
    await lines.save();
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

interface Holding extends HeldAssets {
  readonly lines: HeldLines;
  /** Whether more assets may have something to do: those that are held are the farthest behind. */
  readonly full: boolean;
}

async function foldHeld(scope: Scope, store: Store, { held, idOf, lines, full }: Holding): Promise<AlertEvent[]> {
  const { tenant } = scope;
  const alerts: AlertEvent[] = [];
  for (const { one, decisions } of await adoptAssets(scope, store, { held, idOf })) {
    alerts.push(...await applyAll(store, { tenant, one, idOf, lines, decisions }));
  }
  const planned = held.flatMap((one) => {
    const span = planOf(one, Math.max(READINGS_LEAST, Math.floor(READINGS_PER_RUN / columnsOf(held))));
    return span === undefined ? [] : [{ one, span }];
  });
  const begun: Begun[] = [];
  for (const read of await readSpans(store, { tenant, planned })) {
    if (read.one.memory === undefined) await begin(store, { tenant, read, idOf });
    else begun.push(await readRows(store, { tenant, read }));
  }
  // All of a day before the next one: where more is to be read first, and where more assets may be behind, what lies
  // behind that day is another run's.
  const first = Math.min(...begun.map(nextDay));
  const last = full ? first : Math.min(...begun.map(({ to, span }) => to < span.to ? dayOf(to) : Infinity));
  const fitted = () => begun.filter(({ memory, model }) => memory.model !== model).length;
  for (let day = first; day !== Infinity && day <= last; day = Math.min(...begun.map(nextDay))) {
    if (fitted() >= MODELS_PER_RUN) break;
    await lines.ready(day);
    for (const one of begun) {
      if (nextDay(one) !== day || fitted() >= MODELS_PER_RUN) continue;
      alerts.push(...await foldDay(store, { tenant, begun: one, day, idOf, lines }));
    }
  }
  for (const one of begun) await finish(store, { tenant, begun: one });
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

/** The first step of an asset: how long are its rows? */
async function begin(
  store: Store,
  { tenant, read: { one, columns }, idOf }: Pick<HeldAssets, "idOf"> & { tenant: Scope["tenant"]; read: Read },
): Promise<void> {
  const given = one.sensors.map(({ expectedIntervalMs }) => expectedIntervalMs);
  one.memory = beginAsset(one.rules, { columns, given });
  one.changed = one.memory !== undefined;
  one.done = one.memory === undefined;
  if (one.memory === undefined) return;
  const settingsId = await idOf(one.judging);
  const switched = { assetId: one.due.asset.id, behind: one.due.watermark, settingsId, storedMax: 0 };
  await store.settings.noteAssetSwitches(tenant.id, [switched]);
}

/** An asset that has rows. */
interface Begun extends Read {
  readonly memory: AssetMemory;
  readonly model: AssetMemory["model"];
  /** Data time (ms) up to which the columns are complete for whole rows; before the end of the span there are more. */
  readonly to: number;
  readonly scores: AssetScore[];
}

/** Reads more where it is not enough for a row. */
async function readRows(store: Store, { tenant, read }: { tenant: Scope["tenant"]; read: Read }): Promise<Begun> {
  const { one } = read;
  const memory = one.memory = withSensors(one.memory!, one.rules);
  const { binMs } = memory.state;
  let [now, to] = [read, completeTo(read.columns, { ...read.span, binMs })];
  while (to <= now.span.from) {
    [now] = await readSpans(store, { tenant, planned: [{ one, span: { ...now.span, limit: 8 * now.span.limit } }] });
    to = completeTo(now.columns, { ...now.span, binMs });
  }
  return { ...now, memory, model: memory.model, to, scores: [] };
}

/** The day of the next row that has a reading; Infinity: none is left of what was read. */
function nextDay({ memory: { state }, columns, to }: Begun): Day {
  const next = columns.reduce((least, { ts }) => {
    const first = ts[firstFrom(ts, state.closedTo)] ?? Infinity;
    return first < to ? Math.min(least, first) : least;
  }, Infinity);
  return next === Infinity ? Infinity : dayOf(binOf(next, state.binMs));
}

function firstFrom(ts: ArrayLike<number>, from: number): number {
  let [low, high] = [0, ts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ts[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function foldDay(
  store: Store,
  { tenant, begun, day, idOf, lines }: Pick<Holding, "idOf" | "lines"> & {
    tenant: Scope["tenant"];
    begun: Begun;
    day: Day;
  },
): Promise<AlertEvent[]> {
  const { one, memory, columns, scores } = begun;
  const { binMs, closedTo } = memory.state;
  const dayEnds = Math.ceil((day + 1) * DAY_MS / binMs) * binMs;
  const rules = { ...one.rules, lineAt: lines.lineAt({ assetId: one.due.asset.id }) };
  const step = stepAsset(memory, { span: { from: closedTo, to: Math.min(begun.to, dayEnds) }, columns, rules });
  scores.push(...step.rows.map(({ ts }, i) => ({ ts, score: step.scores[i] })).filter(({ score }) => score > 0));
  return await applyAll(store, { tenant, one, idOf, lines, decisions: step.decisions });
}

/** Notes what has come of the asset; what had no reading is closed as well. */
async function finish(
  store: Store,
  { tenant, begun }: { tenant: Scope["tenant"]; begun: Begun },
): Promise<void> {
  const { one, span, memory, columns, to, scores } = begun;
  const { state } = memory;
  if (nextDay(begun) === Infinity && state.closedTo < to) {
    stepAsset(memory, { span: { from: state.closedTo, to }, columns: columns.map(() => NOTHING), rules: one.rules });
  }
  one.changed = true;
  one.done = state.closedTo >= span.to;
  const { id } = one.due.asset;
  const { model } = memory;
  if (model !== undefined && model !== begun.model) {
    await store.assetStates.saveModel(tenant.id, id, { version: model.version, text: encodeModel(model) });
  }
  if (scores.length > 0) one.scores = { assetId: id, scores };
  if (one.due.revision % SCORES_LOOK_EVERY === 0) {
    await store.assetStates.forgetScores(tenant.id, id, state.closedTo - SCORES_KEPT * state.binMs);
  }
}

async function applyAll(
  store: Store,
  { tenant, one: { due, judging }, idOf, lines, decisions }: Pick<Holding, "idOf" | "lines"> & {
    tenant: Scope["tenant"];
    one: HeldAsset;
    decisions: readonly Decision[];
  },
): Promise<AlertEvent[]> {
  if (decisions.length === 0) return [];
  const subject = { assetId: due.asset.id };
  const keeping = { tenantId: tenant.id, batchId: due.batchId, subject, settingsId: () => idOf(judging) };
  const events = await applyDecisions(store, { ...keeping, decisions, lines });
  const opened = events.filter(({ change }) => change === "opened").length;
  if (opened > 0) await store.batches.addAlerts(tenant.id, due.batchId, opened);
  return events;
}
