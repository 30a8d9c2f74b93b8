/** The activities, made from what the operations need. Workflows see the type only. */
import type { Deps } from "../src/operations/deps.ts";
import { batchActivities } from "./intake/batch.ts";
import { reprocessActivities } from "./history/reprocess.ts";

export interface ActivityOptions {
  /** Detections that may hold a slot of the worker while they wait for their turn. */
  readonly waitingMax: number;
}

export function createActivities(deps: Deps, options: ActivityOptions) {
  return { ...batchActivities(deps, options), ...reprocessActivities(deps) };
}

export type Activities = ReturnType<typeof createActivities>;
