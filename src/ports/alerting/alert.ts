import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange, AlertId, AlertState, AlertSubject, Handling } from "../../domain/alerting/alert.ts";
import type { Suppression } from "../../domain/alerting/suppression.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { Evidence, RarityNow } from "../../domain/detection/episode.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { BatchId, SourceId } from "../../domain/intake/batch.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { Page, Part } from "../page.ts";

export type EpisodeKey = Subject & {
  readonly kind: string;
  readonly episodeStart: number;
};

/** The same for alerts, which may be about a source too. */
export type AlertKey = AlertSubject & Pick<EpisodeKey, "kind" | "episodeStart">;

export interface AlertProof {
  readonly alertId: AlertId;
  readonly ts: number;
  readonly change: AlertChange;
  readonly batchId: BatchId;
  readonly evidence: Evidence;
}

/** Which alerts: all conditions hold; one that is left out asks nothing. */
export interface AlertFilter {
  /** Its subject is one of these sensors or one of these assets. */
  readonly subjects?: { readonly sensorIds: readonly SensorId[]; readonly assetIds: readonly AssetId[] };
  /** The batch that opened it, or the source of that batch. */
  readonly batchId?: BatchId;
  readonly sourceId?: SourceId;
  readonly severities?: readonly Severity[];
  readonly states?: readonly AlertState[];
  readonly kinds?: readonly string[];
  /** Whether the condition stands. */
  readonly standing?: boolean;
  /** Shelved or suppressed. */
  readonly hidden?: boolean;
  /** Belongs to no other alert. */
  readonly roots?: boolean;
  /** Is about no asset: about a sensor that nobody has said the asset of, or about a source. */
  readonly unplaced?: boolean;
  /** Data time of its opening: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Stands in its reason, or in the key or name of its sensor or asset, in capitals or not. */
  readonly text?: string;
}

/** What an alert is hidden by from the first moment on. */
export type Beside = Pick<Handling, "shelf" | "suppressedBy" | "parentId">;

/** Alerts that are locked until the transaction ends. */
export interface LockOptions {
  /** Those that others hold are left out, rather than waited for. */
  readonly skipHeld?: boolean;
}

export interface SeverityPage {
  readonly behind?: Pick<Alert, "severity" | "id">;
  readonly limit: number;
}

/** Rows to be passed over before the page begins: for who jumps in a long list. */
export interface Skipping {
  readonly skip?: number;
}

/** The alerts under a filter that are about one asset itself or about its own sensors. */
export interface AlertGroup {
  /** Undefined: about no asset. */
  readonly assetId: AssetId | undefined;
  readonly count: number;
  /** Of these, those that ask for a person: the condition stands, nobody has seen it, and nothing hides it. */
  readonly unacknowledged: number;
  readonly worst: Severity;
  /** Of those that ask for a person; undefined when none does. */
  readonly worstUnacknowledged: Severity | undefined;
  /** The first of them, the most urgent first, of those the newest. */
  readonly first: readonly AlertId[];
}

export interface AlertCount {
  readonly severity: Severity;
  readonly state: AlertState;
  readonly count: number;
}

/** A place in the order in which alerts opened, by data time. */
export type OpenedPlace = Pick<Alert, "openedAt" | "id">;

/** An alert of whichever tenant. */
export interface TenantAlert {
  readonly id: AlertId;
  readonly tenantId: TenantId;
  readonly tenantKey: string;
}

/** The peak of the episode, and its greatest rarity where it has one. */
export interface AlertFacts extends Partial<RarityNow> {
  readonly score: number;
  readonly reason: string;
}

export interface AlertStore {
  /** Opens the alert of an episode; undefined when it was opened before. It latches if the tenant's policy says so. */
  open(
    tenantId: TenantId,
    key: AlertKey,
    facts: AlertFacts & {
      openedAt: number;
      severity: Severity;
      batchId: BatchId;
      settingsId?: AppliedSettingsId | undefined;
    } & Partial<Beside>,
  ): Promise<Alert | undefined>;
  /** Raises the severity; score and reason are those of the peak. undefined when there is no such open alert. */
  raise(
    tenantId: TenantId,
    key: AlertKey,
    facts: AlertFacts & { severity: Severity },
  ): Promise<Alert | undefined>;
  /**
   * Ends the episode, with score and reason of its peak if there are any; undefined when there is no such open alert.
   */
  close(
    tenantId: TenantId,
    key: AlertKey,
    facts: Partial<AlertFacts> & {
      endedAt: number;
      /** By a person's word that it is the new normal; left out: by readings. */
      accepted?: boolean;
    },
  ): Promise<Alert | undefined>;
  /** Locks them in the order of their ids; two who lock the same ones never wait for each other both. */
  lock(tenantId: TenantId, ids: readonly AlertId[], options?: LockOptions): Promise<Alert[]>;
  /** Stores state, version and what is beside them of alerts that this transaction has locked. */
  save(tenantId: TenantId, alerts: readonly Alert[]): Promise<void>;
  /** The shelf that the newest alert of this subject and kind is still on. */
  shelfOf(tenantId: TenantId, subject: AlertSubject, kind: string): Promise<Handling["shelf"]>;
  /** Alerts of all tenants whose shelf is over, the longest first. */
  unshelvable(options: { readonly limit: number }): Promise<TenantAlert[]>;
  /** The newest alerts of this subject and kind, the newest first. */
  newest(tenantId: TenantId, key: AlertSubject & { readonly kind: string }, limit: number): Promise<Alert[]>;
  /** The standing alert of the nearest asset above the subject, its sensor's own asset among them. */
  above(tenantId: TenantId, subject: AlertSubject): Promise<AlertId | undefined>;
  /** Per alert those that belong to it, newest first. */
  members(tenantId: TenantId, ids: readonly AlertId[], part: Part): Promise<Map<AlertId, Alert[]>>;
  /** Alerts of all tenants that stand and have been held as chattering since before `before`, by the clock. */
  heldSince(options: { readonly before: number; readonly limit: number }): Promise<TenantAlert[]>;
  /** Per sensor its alerts of these kinds that stand, or that opened from `since` on (data time). */
  faultsOf(
    tenantId: TenantId,
    ids: readonly SensorId[],
    options: { readonly kinds: readonly string[]; readonly since: number },
  ): Promise<Map<SensorId, Alert[]>>;
  /** Of these sensors, those on which an alert of one of these kinds stands. */
  faulty(tenantId: TenantId, ids: readonly SensorId[], kinds: readonly string[]): Promise<SensorId[]>;
  /**
   * Up to `limit` ids behind `after` of alerts whose condition stands, of these subjects, hidden by `suppression` or
   * not.
   */
  standingIds(
    tenantId: TenantId,
    filter: {
      readonly subjects: NonNullable<AlertFilter["subjects"]>;
      readonly suppression: Suppression;
      readonly suppressed: boolean;
      /** Only members of this one. */
      readonly parentId?: AlertId;
      readonly after: AlertId;
      readonly limit: number;
    },
  ): Promise<AlertId[]>;
  /** The open alerts of these sensors. */
  standing(tenantId: TenantId, sensorIds: readonly SensorId[]): Promise<Alert[]>;
  addProof(tenantId: TenantId, proof: AlertProof): Promise<void>;
  proofs(tenantId: TenantId, ids: readonly AlertId[]): Promise<AlertProof[]>;
  byIds(tenantId: TenantId, ids: readonly AlertId[]): Promise<Alert[]>;
  page(tenantId: TenantId, page: Page & Skipping & AlertFilter): Promise<Alert[]>;
  /** The most urgent first, of those the newest; behind a place. */
  bySeverity(tenantId: TenantId, page: SeverityPage & Skipping & AlertFilter): Promise<Alert[]>;
  /** By asset: that where the most urgent asks for a person first, then that with the most urgent; up to `limit`. */
  groups(tenantId: TenantId, filter: AlertFilter & { readonly limit: number }): Promise<AlertGroup[]>;
  /** Those that opened from `from` on and before `to`, in that order. */
  openedIn(
    tenantId: TenantId,
    range: {
      readonly from: number;
      readonly to: number;
      readonly behind: OpenedPlace | undefined;
      readonly limit: number;
    },
  ): Promise<Alert[]>;
  /** How many there are of each severity and state. */
  counts(tenantId: TenantId, filter: AlertFilter): Promise<AlertCount[]>;
  /** Of these, those that the filter holds for now. */
  matching(tenantId: TenantId, ids: readonly AlertId[], filter: AlertFilter): Promise<Set<AlertId>>;
  count(tenantId: TenantId, filter: AlertFilter): Promise<number>;
  /** Per batch, the alerts that it opened, newest first. */
  ofBatches(tenantId: TenantId, ids: readonly BatchId[], part: Part): Promise<Map<BatchId, Alert[]>>;
}
