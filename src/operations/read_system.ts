/** What the service consists of now, and what it has to do. */
import type { Part } from "../ports/part.ts";
import type { ScheduleState } from "../ports/workflows.ts";
import type { Scope } from "./scope.ts";

export interface System {
  readonly migration: number;
  readonly parts: readonly Part[];
  /** What keeps the store from writing, Temporal from answering, and workflows from being run; undefined: nothing. */
  readonly faults: {
    readonly store: string | undefined;
    readonly temporal: string | undefined;
    readonly worker: string | undefined;
  };
  /** Batches of the tenant that are not finished. */
  readonly unfinishedBatches: number;
  /** What is done from time to time; undefined while Temporal does not answer. */
  readonly schedules: readonly ScheduleState[] | undefined;
}

const PARTS_MAX = 100;

export async function readSystem({ store, tenant, workflows }: Scope): Promise<System> {
  const [migration, parts, unfinishedBatches, fault, schedules] = await Promise.all([
    store.schemaVersion(),
    store.parts.list(PARTS_MAX),
    store.batches.unfinished(tenant.id),
    workflows.fault().catch((error: Error) => ({ server: error.message, worker: undefined })),
    workflows.schedules().catch(() => undefined),
  ]);
  const faults = { store: store.writeFault(), temporal: fault.server, worker: fault.worker };
  return { migration, parts, faults, unfinishedBatches, schedules };
}
