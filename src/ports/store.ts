/**
 * What the operations need of the store, noun by noun: a file each. Every call names its tenant. Times are data times
 * or receipt times in ms. Any call may throw `StoreUnavailable`.
 */
import type { KeyStore } from "./access/key.ts";
import type { TenantStore } from "./access/tenant.ts";
import type { AlarmBudgetStore } from "./alerting/alarm_budget.ts";
import type { AlertStore } from "./alerting/alert.ts";
import type { AssetStateStore } from "./detection/asset_state.ts";
import type { ChannelStore } from "./alerting/channel.ts";
import type { NotificationStore } from "./alerting/notification.ts";
import type { RoutingStore } from "./alerting/route.ts";
import type { SubjectStore } from "./alerting/subject.ts";
import type { AlertTimerStore } from "./alerting/timer.ts";
import type { FloodStore } from "./alerting/flood.ts";
import type { AlertHistoryStore } from "./alerting/history.ts";
import type { PerformanceStore } from "./alerting/performance.ts";
import type { AlertPolicyStore } from "./alerting/policy.ts";
import type { PresenceStore } from "./alerting/presence.ts";
import type { WindowStore } from "./alerting/window.ts";
import type { EpisodeStore } from "./alerting/episode.ts";
import type { CandidateStore } from "./alerting/candidate.ts";
import type { DetectorStateStore } from "./detection/detector_state.ts";
import type { SettingsStore } from "./detection/settings.ts";
import type { EventStore } from "./event.ts";
import type { ReprocessStore } from "./history/reprocess.ts";
import type { RetentionStore } from "./history/retention.ts";
import type { HorizonStore, ThinningStore } from "./history/thinning.ts";
import type { UpkeepStore } from "./history/upkeep.ts";
import type { BatchStore } from "./intake/batch.ts";
import type { LookStore } from "./intake/look.ts";
import type { QuarantineStore } from "./intake/quarantine.ts";
import type { SourceStore } from "./intake/source.ts";
import type { PartStore } from "./part.ts";
import type { AssetStore } from "./plant/asset.ts";
import type { LaneStore } from "./plant/lane.ts";
import type { OverviewStore } from "./plant/overview.ts";
import type { ReadingStore } from "./plant/reading.ts";
import type { SensorStore } from "./plant/sensor.ts";

/** The store cannot be reached or cannot write now; the same call may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name: string = "StoreUnavailable";
}

/** There is no room to write; reading goes on. The message says where and what to do, and is for clients too. */
export class StoreFull extends StoreUnavailable {
  override readonly name = "StoreFull";
}

export interface Store {
  readonly tenants: TenantStore;
  readonly keys: KeyStore;
  readonly assets: AssetStore;
  readonly sensors: SensorStore;
  readonly sources: SourceStore;
  readonly batches: BatchStore;
  readonly quarantine: QuarantineStore;
  readonly readings: ReadingStore;
  readonly detectorStates: DetectorStateStore;
  readonly settings: SettingsStore;
  readonly assetStates: AssetStateStore;
  readonly alerts: AlertStore;
  readonly subjects: SubjectStore;
  readonly channels: ChannelStore;
  readonly routing: RoutingStore;
  readonly notifications: NotificationStore;
  readonly alertTimers: AlertTimerStore;
  readonly alertHistory: AlertHistoryStore;
  readonly alertPolicies: AlertPolicyStore;
  readonly windows: WindowStore;
  readonly floods: FloodStore;
  readonly performance: PerformanceStore;
  readonly presences: PresenceStore;
  readonly episodes: EpisodeStore;
  readonly overview: OverviewStore;
  readonly lanes: LaneStore;
  readonly looks: LookStore;
  readonly candidates: CandidateStore;
  readonly alarmBudgets: AlarmBudgetStore;
  readonly events: EventStore;
  readonly reprocessing: ReprocessStore;
  readonly retention: RetentionStore;
  readonly horizons: HorizonStore;
  readonly thinning: ThinningStore;
  readonly upkeep: UpkeepStore;
  readonly parts: PartStore;
  /**
   * Runs `work` in one transaction. Inside, only the store handed to `work` may be used: there may be a single
   * connection.
   */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** Number of the last migration that the store has. */
  schemaVersion(): Promise<number>;
  /** What keeps it from writing now, for people; undefined: nothing that is known. */
  writeFault(): string | undefined;
}
