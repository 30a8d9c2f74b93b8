/** Alerts by the stretch of data time that their episodes take. */
import type { Episode } from "../../ports/alerting/episode.ts";
import { invalid } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";

export interface EpisodesInput {
  readonly sensorKey: string | undefined;
  /** With all assets below it and the sensors of all these. */
  readonly assetKey: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Those that last into the range, the last to begin first. Throws invalid and not found. */
export async function listEpisodes(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, assetKey, ...range }: EpisodesInput,
): Promise<Episode[]> {
  const { store, tenant } = scope;
  if (!(range.from < range.to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (sensorKey !== undefined) {
    const { id } = await findSensor(scope, { key: sensorKey, field: "sensor" });
    return await store.episodes.overlapping(tenant.id, { ...range, subjects: { sensorIds: [id], assetIds: [] } });
  }
  if (assetKey === undefined) return await store.episodes.overlapping(tenant.id, range);
  const asset = await findAsset(scope, { key: assetKey, field: "asset" });
  const [assetIds, sensors] = [
    await store.assets.below(tenant.id, asset.id),
    await store.sensors.ofAsset(tenant.id, asset.id),
  ];
  const subjects = { assetIds, sensorIds: sensors.map(({ id }) => id) };
  return await store.episodes.overlapping(tenant.id, { ...range, subjects });
}
