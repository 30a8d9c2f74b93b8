/** What operations are given; `app.ts` puts it together. */
import type { Observe } from "../observation.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { WakeUps } from "../ports/wake_up.ts";
import type { Workflows } from "../ports/workflows.ts";
import type { BatchMemory } from "./intake/batch_memory.ts";
import type { StateMemory } from "./detection/state_memory.ts";

export interface Limits {
  /** Accepted batches of a tenant that may wait to be processed; more are refused. */
  readonly unfinishedBatchesMax: number;
  /** Sensors of a tenant that batches may bring into being. */
  readonly sensorsMax: number;
  /** How far ahead of its receipt a reading's time may be. */
  readonly futureMaxMs: number;
  /** How long detection waits for an earlier batch of the same source. */
  readonly turnWaitMaxMs: number;
}

export interface Deps {
  readonly store: Store;
  readonly workflows: Workflows;
  readonly wakeUps: WakeUps;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly limits: Limits;
  readonly batchMemory: BatchMemory;
  readonly stateMemory: StateMemory;
  /** Hands over work that nobody waits for; it is finished before the process ends. */
  readonly background: (work: Promise<void>) => void;
}

/** Topics of wake-ups. */
export function eventsTopic(tenantId: number): string {
  return `events/${tenantId}`;
}

export function sourceTopic(sourceId: number): string {
  return `source/${sourceId}`;
}
