import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange, AlertId } from "../../domain/alerting/alert.ts";
import type { Evidence } from "../../domain/detection/episode.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Page, Part } from "../page.ts";

export interface EpisodeKey {
  readonly sensorId: SensorId;
  readonly kind: string;
  readonly episodeStart: number;
}

export interface AlertProof {
  readonly alertId: AlertId;
  readonly ts: number;
  readonly change: AlertChange;
  readonly batchId: BatchId;
  readonly evidence: Evidence;
}

export interface AlertStore {
  /** Opens the alert of an episode; undefined when it was opened before. */
  open(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: { openedAt: number; severity: Severity; score: number; reason: string; batchId: BatchId },
  ): Promise<Alert | undefined>;
  /** Raises severity and score; undefined when there is no such open alert. */
  raise(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: { severity: Severity; score: number; reason: string },
  ): Promise<Alert | undefined>;
  /** Ends the episode; undefined when there is no such open alert. */
  close(tenantId: TenantId, key: EpisodeKey, facts: { endedAt: number; score: number }): Promise<Alert | undefined>;
  addProof(tenantId: TenantId, proof: AlertProof): Promise<void>;
  proofs(tenantId: TenantId, ids: readonly AlertId[]): Promise<AlertProof[]>;
  byIds(tenantId: TenantId, ids: readonly AlertId[]): Promise<Alert[]>;
  page(tenantId: TenantId, page: Page & { readonly sensorId?: SensorId }): Promise<Alert[]>;
  /** Per batch, the alerts that it opened, newest first. */
  ofBatches(tenantId: TenantId, ids: readonly BatchId[], part: Part): Promise<Map<BatchId, Alert[]>>;
}
