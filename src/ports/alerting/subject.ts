import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { AssetId } from "../../domain/plant/asset.ts";

/** What an alert is about, by the names that people know. */
export interface NamedSubject {
  readonly alertId: AlertId;
  readonly sensor: { readonly key: string; readonly name: string } | undefined;
  /** Of one that is about a source as a whole. */
  readonly source: { readonly key: string } | undefined;
  /** The alert's asset and those above it, nearest first. */
  readonly assets: readonly { readonly id: AssetId; readonly key: string; readonly name: string }[];
}

export interface SubjectStore {
  of(tenantId: TenantId, ids: readonly AlertId[]): Promise<NamedSubject[]>;
}
