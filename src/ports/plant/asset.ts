import type { TenantId } from "../../domain/access/tenant.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import type { Page } from "../page.ts";

export interface AssetStore {
  /** Creates the asset, or changes the one with this key. */
  save(tenantId: TenantId, asset: Omit<Asset, "id">): Promise<Asset>;
  /** The asset with the key, locked until the transaction ends. */
  lock(tenantId: TenantId, key: string): Promise<Asset | undefined>;
  /** Gives the asset another key; false when that is taken. */
  rename(tenantId: TenantId, id: AssetId, key: string): Promise<boolean>;
  byKey(tenantId: TenantId, key: string): Promise<Asset | undefined>;
  byIds(tenantId: TenantId, ids: readonly AssetId[]): Promise<Asset[]>;
  /** The asset and all that are below it. */
  below(tenantId: TenantId, id: AssetId): Promise<AssetId[]>;
  /** Per asset, those above it and itself, from the top. */
  paths(tenantId: TenantId, ids: readonly AssetId[]): Promise<Map<AssetId, AssetId[]>>;
  /** Retired ones are left out unless they are asked for. */
  page(tenantId: TenantId, page: Page & { readonly withRetired?: boolean }): Promise<Asset[]>;
}
