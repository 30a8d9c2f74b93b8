import type { TenantId } from "../../domain/access/tenant.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { Sensor, SensorId, SensorProgress } from "../../domain/plant/sensor.ts";
import type { Page, Part } from "../page.ts";

export interface SensorStore {
  /** Creates the sensor, or describes the one with this key. */
  save(tenantId: TenantId, sensor: Omit<Sensor, "id">): Promise<Sensor>;
  /** Creates sensors that are known by their key alone; those that exist by now are left as they are. */
  addUnregistered(tenantId: TenantId, sensors: readonly { key: string; unit: string | undefined }[]): Promise<void>;
  /** Gives sensors their unit; those that have one keep it. */
  adoptUnits(tenantId: TenantId, sensors: readonly { id: SensorId; unit: string }[]): Promise<void>;
  /** The sensor with the key, locked until the transaction ends. */
  lock(tenantId: TenantId, key: string): Promise<Sensor | undefined>;
  /** Gives the sensor another key; false when that is taken. */
  rename(tenantId: TenantId, id: SensorId, key: string): Promise<boolean>;
  count(tenantId: TenantId): Promise<number>;
  byKeys(tenantId: TenantId, keys: readonly string[]): Promise<Sensor[]>;
  byIds(tenantId: TenantId, ids: readonly SensorId[]): Promise<Sensor[]>;
  ofAsset(tenantId: TenantId, assetId: AssetId): Promise<Sensor[]>;
  /** Retired ones are left out unless they are asked for. */
  page(tenantId: TenantId, page: Page & { readonly withRetired?: boolean }): Promise<Sensor[]>;
  /** Per asset, its sensors and those of the assets below it, oldest first. */
  ofAssets(tenantId: TenantId, ids: readonly AssetId[], part: Part): Promise<Map<AssetId, Sensor[]>>;
  progress(
    tenantId: TenantId,
    ids: readonly SensorId[],
  ): Promise<(SensorProgress & { readonly sensorId: SensorId; readonly state: string })[]>;
}
