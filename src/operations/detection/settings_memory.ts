/**
 * Settings as this process last read them. Versions are only ever added, so what was read under a number stays true;
 * which number holds is asked anew in every transaction.
 */
import { LRUCache } from "lru-cache";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { AssetSettings } from "../../domain/detection/asset_settings.ts";
import type { DetectorSet } from "../../domain/detection/detector_set.ts";
import type { ResolvedSettings, SettingsLayer } from "../../domain/detection/settings_layers.ts";

/** The newest layer of each scope, when the tenant's newest version was `newest`. */
export interface LiveLayers {
  /** Undefined: nobody has promoted any. */
  readonly newest: number | undefined;
  readonly byScope: ReadonlyMap<string, SettingsLayer>;
  /** Whether there are any for assets, so that it matters where a sensor belongs. */
  readonly ofAssets: boolean;
}

/** What sensors and assets are judged by. */
export interface Judging {
  readonly settings: ResolvedSettings;
  readonly set: DetectorSet;
  readonly asset: AssetSettings;
}

export interface SettingsMemory {
  readonly layers: LRUCache<TenantId, LiveLayers>;
  /** By the versions of the layers that it is made from. */
  readonly judgings: LRUCache<string, Judging>;
}

const TENANTS_MAX = 100;

/** Keeps what `setsMax` different settings came to, the last used ones. */
export function createSettingsMemory(setsMax: number): SettingsMemory {
  return { layers: new LRUCache({ max: TENANTS_MAX }), judgings: new LRUCache({ max: setsMax }) };
}
