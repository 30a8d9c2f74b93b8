/** Starts a run that folds stored readings again. */
import { keyFault } from "../../domain/key.ts";
import type { ReprocessRun, ReprocessSubject } from "../../domain/history/reprocess.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Tenant } from "../../domain/access/tenant.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import type { Deps } from "../deps.ts";
import { invalid, notFound, unavailable } from "../errors.ts";
import { findAsset } from "../plant/register_asset.ts";

export interface ReprocessInput {
  readonly sensorKey?: string;
  /** All sensors of the asset and of the assets below it. */
  readonly assetKey?: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
}

export async function startReprocessing(
  deps: Deps,
  { tenant, input }: { tenant: Tenant; input: ReprocessInput },
): Promise<ReprocessRun> {
  if (!(input.from < input.to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (input.from < EARLIEST_MS) throw invalid("from", "There are no readings before 1990.");
  const { subject, sensorIds } = await findSubject(deps, { tenant, input });
  const id = await deps.store.transaction((store) =>
    store.reprocessing.create(tenant.id, { subject, from: input.from, to: input.to, sensorIds })
  );
  try {
    await deps.workflows.startReprocessing(tenant, id);
  } catch (cause) {
    const message = "The run could not be started because workflows cannot be started now. Try again later.";
    await deps.store.reprocessing.end(tenant.id, id, message);
    throw unavailable(message, { retryAfterMs: 5_000, cause });
  }
  const [run] = await deps.store.reprocessing.byIds(tenant.id, [id]);
  return run;
}

async function findSubject(
  deps: Deps,
  { tenant, input }: { tenant: Tenant; input: ReprocessInput },
): Promise<{ subject: ReprocessSubject; sensorIds: SensorId[] }> {
  if ((input.sensorKey === undefined) === (input.assetKey === undefined)) {
    throw invalid("sensorKey", "Name either a sensor or an asset to reprocess.");
  }
  if (input.assetKey !== undefined) {
    const asset = await findAsset(deps, { tenant, key: input.assetKey, field: "assetKey" });
    const sensors = await deps.store.sensors.ofAsset(tenant.id, asset.id);
    if (sensors.length === 0) throw notFound("assetKey", `The asset ${JSON.stringify(asset.key)} has no sensors.`);
    return { subject: { assetId: asset.id }, sensorIds: sensors.map(({ id }) => id) };
  }
  const key = input.sensorKey!;
  const [sensor] = keyFault(key) === undefined ? await deps.store.sensors.byKeys(tenant.id, [key]) : [];
  if (sensor === undefined) throw notFound("sensorKey", `There is no sensor with the key ${JSON.stringify(key)}.`);
  return { subject: { sensorId: sensor.id }, sensorIds: [sensor.id] };
}
