/** Temporal is not there: what the gateway accepts is safe, and waits for a worker. */
import { type Workflows, WorkflowsUnavailable } from "../../src/ports/workflows.ts";

const away = () => Promise.reject(new WorkflowsUnavailable("no workflows in this test"));

export const WORKFLOWS_AWAY: Workflows = {
  startBatch: away,
  awaitBatch: away,
  tellBatch: away,
  batchAttempts: away,
  startReprocessing: away,
  cancelReprocessing: away,
  followAlert: away,
  planSchedules: away,
  schedules: away,
  applyRetention: away,
  running: away,
  batchUrl: () => undefined,
  reprocessingUrl: () => undefined,
  retentionUrl: () => undefined,
  alertUrl: () => undefined,
  fault: () => Promise.resolve({ server: "not there", worker: undefined }),
};
