/** The four stages of a batch, its failure, and the sweeper. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { ApplicationFailureCategory } from "@temporalio/common";
import type { Deps } from "../../src/operations/deps.ts";
import { awaitTurn, detectAnomalies } from "../../src/operations/detection/detect_anomalies.ts";
import { enrichReadings } from "../../src/operations/intake/enrich_readings.ts";
import { failBatch } from "../../src/operations/intake/fail_batch.ts";
import { ingestReadings, type StageInput } from "../../src/operations/intake/ingest_readings.ts";
import { sweepBatches } from "../../src/operations/intake/sweep_batches.ts";
import { validateReadings } from "../../src/operations/intake/validate_readings.ts";
import { toFailure } from "../failures.ts";

/** Well below the stages' heartbeat timeout: when beats stay away, the worker is dead and another one takes over. */
const BEAT_MS = 2_000;
/** About what a batch ahead takes. */
const RETURN_MS_PER_BATCH = 30;
const RETURN_MAX_MS = 5_000;

export function batchActivities(deps: Deps, { waitingMax }: { waitingMax: number }) {
  let waiting = 0;
  const room = {
    enter: () => waiting < waitingMax && ++waiting > 0,
    leave: () => void waiting--,
  };

  function stage<Result extends object>(name: string, run: (input: StageInput, context: Context) => Promise<Result>) {
    return async (input: StageInput): Promise<Result> => {
      const context = Context.current();
      const beating = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        const result = await run(input, context);
        deps.observe({ kind: "batch.stage", batchId: input.batchId, stage: name, result });
        return result;
      } catch (error) {
        throw toFailure(error, context.info.attempt);
      } finally {
        clearInterval(beating);
      }
    };
  }

  return {
    ingest: stage("ingest", (input) => ingestReadings(deps, input)),
    validate: stage("validate", (input) => validateReadings(deps, input)),
    enrich: stage("enrich", (input) => enrichReadings(deps, input)),
    detect: stage("detect", async (input, { cancellationSignal }) => {
      const turn = await awaitTurn(deps, input, { room, signal: cancellationSignal });
      // Many batches of one source at once: those that come much too early give their slot to others. Nothing is wrong with that.
      if (!turn.now) {
        throw ApplicationFailure.create({
          message: `${turn.ahead} earlier batches of the source are not done`,
          category: ApplicationFailureCategory.BENIGN,
          nextRetryDelay: `${Math.min(100 + RETURN_MS_PER_BATCH * turn.ahead, RETURN_MAX_MS)} milliseconds`,
        });
      }
      return await detectAnomalies(deps, input);
    }),

    async fail(input: StageInput & { readonly reason: string }): Promise<void> {
      await failBatch(deps, input);
    },

    async sweep(): Promise<{ started: number }> {
      try {
        return await sweepBatches(deps);
      } catch (error) {
        throw toFailure(error, Context.current().info.attempt);
      }
    },
  };
}
