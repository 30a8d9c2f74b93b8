/** Starts a run that folds stored readings again. */
import { type AppliedSettingsId, scopeKey, type SettingsDraftId } from "../../domain/detection/settings_layers.ts";
import { notJudged } from "../../domain/detection/asset_state.ts";
import type { ReprocessRun, ReprocessSettings } from "../../domain/history/reprocess.ts";
import { keyFault } from "../../domain/key.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { Sensor, SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import { EARLIEST_MS, formatTimestamp } from "../../domain/timestamp.ts";
import { invalid, notFound, unavailable } from "../errors.ts";
import { withLayers } from "../detection/check_settings.ts";
import { appliedIds, judgingsOf, layersFor, liveLayers, usableJudging } from "../detection/resolve_settings.ts";
import type { Judging } from "../detection/settings_memory.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";

export interface ReprocessInput {
  readonly sensorKey?: string;
  /** All sensors of the asset and of the assets below it, and these assets themselves. */
  readonly assetKey?: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** By what to judge, "draft" with the draft; left out: as it was judged live. */
  readonly settings?: ReprocessSettings;
  readonly draftId?: SettingsDraftId;
}

/**
 * The run, which begins as soon as workflows can be started. Throws invalid, not found, and unavailable when too many
 * are under way.
 */
export async function startReprocessing(scope: Scope, input: ReprocessInput): Promise<ReprocessRun> {
  const { store, tenant, workflows, limits, observe } = scope;
  if (!(input.from < input.to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (input.from < EARLIEST_MS) throw invalid("from", "There are no readings before 1990.");
  const { rolledUpBefore } = await store.horizons.of(tenant.id);
  if (input.to <= rolledUpBefore) {
    const kept = formatTimestamp(rolledUpBefore);
    throw invalid(
      "to",
      `Readings before ${kept} have gone, only minutes and hours are left of them: there is nothing to fold.`,
    );
  }
  if ((input.settings === "draft") !== (input.draftId !== undefined)) {
    throw invalid("draftId", "To judge by a draft, say DRAFT and name it; otherwise leave it out.");
  }
  const { subject, sensors, assetIds } = await findSubject(scope, input);
  const underWay = await store.reprocessing.countRunning(tenant.id);
  if (underWay >= limits.reprocessingsMax) {
    const message = `${underWay} runs are under way, which is the limit. Wait for one to end, or cancel one.`;
    throw unavailable(message, { retryAfterMs: 10_000 });
  }
  const { from, to, settings = "as_judged", draftId } = input;
  const id = await store.transaction(async (store) => {
    const judging = settings === "as_judged"
      ? undefined
      : { settings, draftId, settingsIds: await settingsIds(scope, store, { draftId, sensors }) };
    const sensorIds = sensors.map(({ id }) => id);
    return await store.reprocessing.create(tenant.id, { subject, from, to, sensorIds, assetIds, judging });
  });
  try {
    await workflows.startReprocessing(tenant, id);
  } catch (cause) {
    // The row is enough: the sweeper starts what has no workflow.
    observe({ kind: "reprocessing.not_started", runId: id, cause });
  }
  const [run] = await store.reprocessing.byIds(tenant.id, [id]);
  return run;
}

async function findSubject(
  scope: Scope,
  { sensorKey, assetKey }: ReprocessInput,
): Promise<{ subject: Subject; sensors: Sensor[]; assetIds: AssetId[] }> {
  const { store, tenant } = scope;
  if ((sensorKey === undefined) === (assetKey === undefined)) {
    throw invalid("sensorKey", "Name either a sensor or an asset to reprocess.");
  }
  if (assetKey !== undefined) {
    const asset = await findAsset(scope, { key: assetKey, field: "assetKey" });
    const sensors = await store.sensors.ofAsset(tenant.id, asset.id);
    if (sensors.length === 0) throw notFound("assetKey", `The asset ${JSON.stringify(asset.key)} has no sensors.`);
    const inUse = Map.groupBy(sensors.filter(({ retiredAt }) => retiredAt === undefined), ({ assetId }) => assetId!);
    const judged = [...inUse].filter(([, own]) => notJudged(own.length) === undefined).map(([id]) => id);
    return { subject: { assetId: asset.id }, sensors, assetIds: judged };
  }
  const key = sensorKey!;
  const [sensor] = keyFault(key) === undefined ? await store.sensors.byKeys(tenant.id, [key]) : [];
  if (sensor === undefined) throw notFound("sensorKey", `There is no sensor with the key ${JSON.stringify(key)}.`);
  return { subject: { sensorId: sensor.id }, sensors: [sensor], assetIds: [] };
}

interface Judgement {
  readonly draftId: SettingsDraftId | undefined;
  readonly sensors: readonly Sensor[];
}

/** What each sensor is judged by from its first reading on. */
async function settingsIds(
  scope: Scope,
  store: Store,
  { draftId, sensors }: Judgement,
): Promise<Map<SensorId, AppliedSettingsId>> {
  const judgings = draftId === undefined
    ? await judgingsOf(scope, store, sensors)
    : await judgingsByDraft(scope, store, { draftId, sensors });
  const idOf = appliedIds(store, scope.tenant.id);
  const ids = new Map<SensorId, AppliedSettingsId>();
  for (const [id, judging] of judgings) ids.set(id, await idOf(judging));
  return ids;
}

async function judgingsByDraft(
  scope: Scope,
  store: Store,
  { draftId, sensors }: { draftId: SettingsDraftId; sensors: readonly Sensor[] },
): Promise<Map<SensorId, Judging>> {
  const { tenant } = scope;
  const [draft] = await store.settings.draftsByIds(tenant.id, [draftId]);
  if (draft === undefined) throw notFound("draftId", "There is no such draft.");
  const now = await liveLayers(scope, store);
  const then = withLayers(now, [{ scope: draft.scope, version: draft.base, patch: draft.patch }]);
  const assetIds = [...new Set(sensors.flatMap(({ assetId }) => assetId ?? []))];
  const paths = assetIds.length === 0 ? undefined : await store.assets.paths(tenant.id, assetIds);
  const made = new Map<string, Judging>();
  return new Map(sensors.map((sensor) => {
    const path = sensor.assetId === undefined ? [] : paths?.get(sensor.assetId) ?? [];
    const layers = layersFor(then, sensor, path);
    const key = layers.map(({ version, scope }) => `${scopeKey(scope)} ${version}`).join(", ");
    const judging = made.get(key) ?? usableJudging(scope, layers, `draft-${draftId}`);
    made.set(key, judging);
    return [sensor.id, judging];
  }));
}
