/**
 * Third stage: what the plant knows of the accepted readings is added: their quality, gaps between them; and the store
 * makes room for their times. They are stored with their detection, in one transaction, so that what is stored is
 * judged and is in order.
 */
import type { BatchId } from "../../domain/intake/batch.ts";
import { countGaps } from "../../domain/intake/gap.ts";
import { seriesOf } from "../../domain/intake/verdict.ts";
import { qualityOf } from "../../domain/plant/quality.ts";
import type { Scope } from "../scope.ts";
import { resultOf } from "./pass_stage.ts";
import { recallVerdicts } from "./validate_readings.ts";

export interface Enriched {
  readonly sensors: number;
  /** Readings whose quality is uncertain: judged like good ones. */
  readonly uncertain: number;
  readonly gaps: number;
}

export async function enrichReadings(scope: Scope, batchId: BatchId): Promise<Enriched> {
  const { store, tenant } = scope;
  const { verdicts: { accepted }, sensors } = await recallVerdicts(scope, batchId);
  const intervals = new Map(sensors.flatMap((sensor) => sensor ? [[sensor.id, sensor.expectedIntervalMs]] : []));
  const result: Enriched = {
    sensors: accepted.sensorIds.length,
    uncertain: accepted.status.filter((status) => qualityOf(status) === "uncertain").length,
    gaps: accepted.sensorIds.reduce((sum, id, i) => sum + countGaps(seriesOf(accepted, i), intervals.get(id)), 0),
  };
  await store.readings.makeRoom(accepted.ts);
  const end = { stage: "enrich", result: JSON.stringify(result), counts: {} } as const;
  return resultOf(await store.batches.passStage(tenant.id, batchId, end), { batchId, result });
}
