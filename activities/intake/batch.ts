/** The four stages of a batch, and its failure. */
import { Context } from "@temporalio/activity";
import type { BatchId } from "../../src/domain/intake/batch.ts";
import { detectAnomalies } from "../../src/operations/detection/detect_anomalies.ts";
import { enrichReadings } from "../../src/operations/intake/enrich_readings.ts";
import { failBatch } from "../../src/operations/intake/fail_batch.ts";
import { ingestReadings } from "../../src/operations/intake/ingest_readings.ts";
import { validateReadings } from "../../src/operations/intake/validate_readings.ts";
import type { Deps, Scope } from "../../src/operations/scope.ts";
import { toFailure } from "../failures.ts";
import { scopeOf, type TenantInput } from "../scope.ts";

/** Well below the stages' heartbeat timeout: when beats stay away, the worker is dead and another one takes over. */
const BEAT_MS = 2_000;

export interface StageInput extends TenantInput {
  readonly batchId: BatchId;
}

export function batchActivities(deps: Deps) {
  function stage<Result extends object>(name: string, run: (scope: Scope, batchId: BatchId) => Promise<Result>) {
    return async (input: StageInput): Promise<Result> => {
      const context = Context.current();
      const { batchId } = input;
      const beating = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        const result = await run(scopeOf(deps, input), batchId);
        deps.observe({ kind: "batch.stage", batchId, stage: name, result });
        return result;
      } catch (error) {
        throw await toFailure(error, () => deps.store.batches.addFault(input.tenantId, batchId));
      } finally {
        clearInterval(beating);
      }
    };
  }

  return {
    ingest: stage("ingest", ingestReadings),
    validate: stage("validate", validateReadings),
    enrich: stage("enrich", enrichReadings),
    detect: stage("detect", detectAnomalies),

    async fail(input: StageInput & { readonly reason: string }): Promise<void> {
      await failBatch(scopeOf(deps, input), input);
    },
  };
}
