/** Starts a run that folds stored readings again. */
import type { ReprocessRun } from "../../domain/history/reprocess.ts";
import { keyFault } from "../../domain/key.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import { EARLIEST_MS, formatTimestamp } from "../../domain/timestamp.ts";
import { invalid, notFound, unavailable } from "../errors.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";

export interface ReprocessInput {
  readonly sensorKey?: string;
  /** All sensors of the asset and of the assets below it. */
  readonly assetKey?: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
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
  const { subject, sensorIds } = await findSubject(scope, input);
  const underWay = await store.reprocessing.countRunning(tenant.id);
  if (underWay >= limits.reprocessingsMax) {
    const message = `${underWay} runs are under way, which is the limit. Wait for one to end, or cancel one.`;
    throw unavailable(message, { retryAfterMs: 10_000 });
  }
  const id = await store.transaction((store) =>
    store.reprocessing.create(tenant.id, { subject, from: input.from, to: input.to, sensorIds })
  );
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
): Promise<{ subject: Subject; sensorIds: SensorId[] }> {
  const { store, tenant } = scope;
  if ((sensorKey === undefined) === (assetKey === undefined)) {
    throw invalid("sensorKey", "Name either a sensor or an asset to reprocess.");
  }
  if (assetKey !== undefined) {
    const asset = await findAsset(scope, { key: assetKey, field: "assetKey" });
    const sensors = await store.sensors.ofAsset(tenant.id, asset.id);
    if (sensors.length === 0) throw notFound("assetKey", `The asset ${JSON.stringify(asset.key)} has no sensors.`);
    return { subject: { assetId: asset.id }, sensorIds: sensors.map(({ id }) => id) };
  }
  const key = sensorKey!;
  const [sensor] = keyFault(key) === undefined ? await store.sensors.byKeys(tenant.id, [key]) : [];
  if (sensor === undefined) throw notFound("sensorKey", `There is no sensor with the key ${JSON.stringify(key)}.`);
  return { subject: { sensorId: sensor.id }, sensorIds: [sensor.id] };
}
