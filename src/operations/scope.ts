/** What operations are given; `app.ts` puts it together. */
import type { LRUCache } from "lru-cache";
import type { Actor } from "../domain/access/actor.ts";
import type { BatchId } from "../domain/intake/batch.ts";
import type { AssetId } from "../domain/plant/asset.ts";
import type { SensorId } from "../domain/plant/sensor.ts";
import type { Observe } from "../observation.ts";
import type { Couriers } from "../ports/alerting/delivery.ts";
import type { Secrets } from "../ports/access/secret.ts";
import type { Clock } from "../ports/clock.ts";
import type { Units } from "../ports/plant/unit.ts";
import type { Store } from "../ports/store.ts";
import type { WakeUps } from "../ports/wake_up.ts";
import type { TenantName, Workflows } from "../ports/workflows.ts";
import type { AlertFeeds } from "./alerting/alert_feed.ts";
import type { SettingsMemory } from "./detection/settings_memory.ts";
import type { AssetTurns } from "./detection/asset_turns.ts";
import type { RememberedAsset, RememberedState } from "./detection/state_memory.ts";
import type { RememberedBatch } from "./intake/batch_memory.ts";

export interface Limits {
  /** Accepted batches of a tenant that may wait to be processed; more are refused. */
  readonly unfinishedBatchesMax: number;
  /** Sensors of a tenant that batches may bring into being. */
  readonly sensorsMax: number;
  /** How far ahead of its receipt a reading's time may be. */
  readonly futureMaxMs: number;
  /** Reprocess runs of a tenant at once. */
  readonly reprocessingsMax: number;
  /** Age from which readings are compressed, where the store can. */
  readonly compressAfterMs: number;
}

export interface Deps {
  readonly store: Store;
  /**
   * The same store for what clients look at: its calls are bounded in time and take turns, so that writing need not
   * wait for them.
   */
  readonly reads: Store;
  readonly alertFeeds: AlertFeeds;
  readonly eventFeeds: AlertFeeds;
  readonly workflows: Workflows;
  readonly wakeUps: WakeUps;
  readonly couriers: Couriers;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly units: Units;
  readonly observe: Observe;
  readonly limits: Limits;
  readonly batchMemory: LRUCache<BatchId, RememberedBatch>;
  readonly assetTurns: AssetTurns;
  readonly assetMemory: LRUCache<AssetId, RememberedAsset>;
  readonly stateMemory: LRUCache<SensorId, RememberedState>;
  readonly settingsMemory: SettingsMemory;
  /** Hands over work that nobody waits for; it is finished before the process ends. */
  readonly background: (work: Promise<void>) => void;
}

/** The same, on behalf of whom: the first argument of every operation that belongs to a tenant. */
export interface Scope extends Deps {
  readonly tenant: TenantName;
  readonly actor: Actor;
  /** Takes readings from what whoever asks may send; answers how long to wait when that is used up. */
  readonly takeReadings?: (count: number) => { readonly retryAfterMs: number } | undefined;
}

/** Topic of wake-ups for who follows a tenant's events. */
export function eventsTopic(tenantId: number): string {
  return `events/${tenantId}`;
}

/** Topic of wake-ups for who brings notifications. */
export const NOTIFICATIONS_TOPIC = "notifications";
