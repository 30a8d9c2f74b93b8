import type { TenantId } from "../../domain/access/tenant.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import type { Page } from "../page.ts";

export interface AssetStore {
  /** Creates the asset, or changes the one with this key. */
  save(tenantId: TenantId, asset: Omit<Asset, "id">): Promise<Asset>;
  byKey(tenantId: TenantId, key: string): Promise<Asset | undefined>;
  byIds(tenantId: TenantId, ids: readonly AssetId[]): Promise<Asset[]>;
  page(tenantId: TenantId, page: Page): Promise<Asset[]>;
}
