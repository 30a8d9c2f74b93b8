/** What an episode, an alert or a run is about: one sensor, or one asset. */
import type { AssetId } from "./asset.ts";
import type { SensorId } from "./sensor.ts";

export type Subject =
  | { readonly sensorId: SensorId; readonly assetId?: undefined }
  | { readonly assetId: AssetId; readonly sensorId?: undefined };

/** The subject that a row with one of both columns names. Throws when it has none or both. */
export function subjectOf({ sensorId, assetId }: { sensorId: SensorId | null; assetId: AssetId | null }): Subject {
  if (sensorId !== null && assetId === null) return { sensorId };
  if (assetId !== null && sensorId === null) return { assetId };
  throw new Error(`a subject is a sensor or an asset, not sensor ${sensorId} and asset ${assetId}`);
}
