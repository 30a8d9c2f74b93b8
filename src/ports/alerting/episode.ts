import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** Data times in ms; the end is undefined while it lasts. */
export interface Episode {
  readonly alertId: AlertId;
  readonly episodeStart: number;
  readonly endedAt: number | undefined;
}

export interface EpisodeRange {
  /** About one of these sensors or assets; left out: about anything. */
  readonly subjects?: { readonly sensorIds: readonly SensorId[]; readonly assetIds: readonly AssetId[] };
  /** Data times in ms: episodes that last into the time between. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Alerts by the stretch of data time that their episodes take. */
export interface EpisodeStore {
  /** The last ones to begin come first. */
  overlapping(tenantId: TenantId, range: EpisodeRange): Promise<Episode[]>;
  /** Alerts of the same subject and kind that were opened before, the newest first. */
  similar(tenantId: TenantId, id: AlertId, limit: number): Promise<AlertId[]>;
  /** Whose condition stands and who has not been seen, the most urgent first, then the last opened. */
  urgent(tenantId: TenantId, limit: number): Promise<AlertId[]>;
}
