import type { TenantId } from "../../domain/access/tenant.ts";
import type { Presence } from "../../domain/alerting/presence.ts";
import type { SourceId } from "../../domain/intake/batch.ts";
import type { Criticality } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** A sensor that is overdue and has no alert for it yet, with what there is to know for one. */
export interface Overdue {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly presence: Presence;
  readonly criticality: Criticality;
  readonly source: {
    readonly key: string;
    /** When anything was heard of the source last, and the data time of the newest usable reading. */
    readonly heardAt: number;
    readonly goodTs: number;
    /** Its sensors of whom somebody knows what to expect. */
    readonly watched: number;
  };
}

export interface PresenceStore {
  /** Locks the sensors' rows in the order of their ids; those that were never heard have none. */
  lock(tenantId: TenantId, ids: readonly SensorId[], options?: { readonly skipHeld?: boolean }): Promise<Presence[]>;
  save(tenantId: TenantId, presences: readonly Presence[]): Promise<void>;
  /**
   * Of all tenants, and of sources that have nothing waiting to be processed: what has not been heard is not silent.
   */
  overdue(options: { readonly now: number; readonly limit: number }): Promise<Overdue[]>;
  /** Since which data time the source is silent as a whole; undefined: it is not. */
  silentSince(tenantId: TenantId, id: SourceId): Promise<number | undefined>;
  /** False when it is known to be silent already. */
  noteSilent(tenantId: TenantId, id: SourceId, since: number): Promise<boolean>;
  noteHeard(tenantId: TenantId, id: SourceId): Promise<void>;
}
