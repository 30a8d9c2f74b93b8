/** What people look through when they look after intake: sources, stages, quarantine over all batches. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId, Stage } from "../../domain/intake/batch.ts";
import type { KeptReading, QuarantineReason } from "../../domain/intake/quarantine.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface SourceLook {
  readonly key: string;
  readonly batches: number;
  /** Receipt (ms) of its last batch. */
  readonly lastReceivedAt: number | undefined;
  readonly unfinished: number;
  /** Receipt (ms) of the oldest that is unfinished. */
  readonly oldestUnfinishedAt: number | undefined;
  readonly failed: number;
}

export interface StageLook {
  readonly stage: Stage;
  readonly finishedAt: number;
}

export interface QuarantinedOfBatch extends KeptReading {
  readonly batchId: BatchId;
}

export interface QuarantinePage {
  readonly reason: QuarantineReason | undefined;
  /** Key that they were sent for. */
  readonly sensorKey: string | undefined;
  /** Those that have been sent again; false: those that have not. */
  readonly replayed: boolean;
  /** Behind this reading, the last one seen. */
  readonly after: { readonly batchId: BatchId; readonly index: number } | undefined;
  readonly limit: number;
}

export interface Found {
  readonly assets: readonly AssetId[];
  readonly sensors: readonly SensorId[];
  readonly batches: readonly BatchId[];
  readonly alerts: readonly AlertId[];
}

export interface LookStore {
  /** The last to send come first. */
  sources(tenantId: TenantId, limit: number): Promise<SourceLook[]>;
  /** Per batch, the stages that it has passed, in order. */
  stages(tenantId: TenantId, ids: readonly BatchId[]): Promise<Map<BatchId, StageLook[]>>;
  /** Readings of all batches that were not accepted, those of the last batch first. */
  quarantine(tenantId: TenantId, page: QuarantinePage): Promise<QuarantinedOfBatch[]>;
  quarantineCounts(
    tenantId: TenantId,
    filter: Pick<QuarantinePage, "sensorKey">,
  ): Promise<{ reason: QuarantineReason; count: number }[]>;
  /** What has `text` in its key or name, or has it as its number: at most `limit` of each kind. */
  find(tenantId: TenantId, text: string, limit: number): Promise<Found>;
}
