/**
 * Workflows of a Temporal server that has not answered yet: a gateway accepts without it, and the sweeper makes up for
 * it.
 */
import { type Workflows, WorkflowsUnavailable } from "../ports/workflows.ts";

/** Calls go to what `connecting` brings; until then they fail as unavailable, and pages have no address. */
export function laterWorkflows(connecting: Promise<Workflows>): Workflows {
  let reached: Workflows | undefined;
  connecting.then((workflows) => reached = workflows, () => {});
  const now = () => {
    if (reached === undefined) throw new WorkflowsUnavailable("Temporal has not answered since this process started");
    return reached;
  };
  return {
    startBatch: async (...args) => await now().startBatch(...args),
    awaitBatch: async (...args) => await now().awaitBatch(...args),
    tellBatch: async (...args) => await now().tellBatch(...args),
    batchAttempts: async (...args) => await now().batchAttempts(...args),
    startReprocessing: async (...args) => await now().startReprocessing(...args),
    cancelReprocessing: async (...args) => await now().cancelReprocessing(...args),
    followAlert: async (...args) => await now().followAlert(...args),
    planSchedules: async (...args) => await now().planSchedules(...args),
    schedules: async (...args) => await now().schedules(...args),
    applyRetention: async (...args) => await now().applyRetention(...args),
    running: async () => await now().running(),
    batchUrl: (...args) => reached?.batchUrl(...args),
    reprocessingUrl: (...args) => reached?.reprocessingUrl(...args),
    retentionUrl: (...args) => reached?.retentionUrl(...args),
    alertUrl: (...args) => reached?.alertUrl(...args),
    async fault() {
      if (reached !== undefined) return await reached.fault();
      return { server: "Temporal has not answered since this process started.", worker: undefined };
    },
  };
}
