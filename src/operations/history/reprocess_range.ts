/**
 * One page of a reprocess run. A sensor is folded from its first stored reading on, because the states at the beginning of the range depend on all that
 * came before; alerts are reported for the range alone. The sensor's state and watermark are stored with each page: a repeat goes on where the last one ended.
 */
import { assess } from "../../domain/detection/assess.ts";
import { decodeState, encodeState, newState } from "../../domain/detection/sensor_state.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { ReprocessRun, ReprocessRunId } from "../../domain/history/reprocess.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import type { Store } from "../../ports/store.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";

const READINGS_PER_PAGE = 10_000;

export interface RunKey {
  readonly tenantId: TenantId;
  readonly runId: ReprocessRunId;
}

export async function reprocessPage(
  deps: Pick<Deps, "store">,
  key: RunKey,
): Promise<{ folded: number; finished: boolean }> {
  const run = await findRun(deps, key);
  return await deps.store.transaction(async (store) => {
    const cursor = await store.reprocessing.lockNext(key.tenantId, key.runId);
    if (cursor === undefined) return { folded: 0, finished: true };
    const state = cursor.state === "" ? newState(cursor) : decodeState(cursor.state, cursor).state;
    const series = await store.readings.series(key.tenantId, cursor.sensorId, {
      from: cursor.watermark === undefined ? EARLIEST_MS : cursor.watermark + 1,
      to: run.to,
      limit: READINGS_PER_PAGE,
    });
    const { decisions, folded } = assess(state, series, cursor);
    for (const decision of decisions) {
      if (decision.episodeStart >= run.from) await record(store, { key, sensorId: cursor.sensorId, decision });
    }
    const finished = series.ts.length < READINGS_PER_PAGE;
    await store.reprocessing.saveCursor(key.tenantId, key.runId, {
      sensorId: cursor.sensorId,
      state: encodeState(state),
      watermark: state.watermark,
      folded,
      finished,
    });
    return { folded, finished: false };
  });
}

async function record(
  store: Store,
  { key, sensorId, decision }: { key: RunKey; sensorId: SensorId; decision: Decision },
): Promise<void> {
  const { kind, episodeStart, reason } = decision;
  const episode = { sensorId, kind, episodeStart };
  if (decision.type === "opened") {
    const { severity, evidence, ts: openedAt } = decision;
    const score = evidence.score;
    await store.reprocessing.saveAlert(key.tenantId, key.runId, {
      ...episode,
      openedAt,
      endedAt: undefined,
      severity,
      score,
      reason,
      evidence,
    });
  } else if (decision.type === "raised") {
    const change = { ...episode, severity: decision.severity, score: decision.evidence.score };
    await store.reprocessing.changeAlert(key.tenantId, key.runId, change);
  } else {
    const change = { ...episode, score: decision.peakScore, endedAt: decision.ts };
    await store.reprocessing.changeAlert(key.tenantId, key.runId, change);
  }
}

async function findRun(deps: Pick<Deps, "store">, { tenantId, runId }: RunKey): Promise<ReprocessRun> {
  const [run] = await deps.store.reprocessing.byIds(tenantId, [runId]);
  if (run === undefined) throw notFound("runId", `There is no reprocess run ${runId}.`);
  return run;
}

/** Ends the run: finished, or failed with a reason. */
export async function endReprocessing(
  deps: Pick<Deps, "store">,
  { tenantId, runId, failure }: RunKey & { failure?: string },
): Promise<ReprocessRun> {
  await deps.store.reprocessing.end(tenantId, runId, failure);
  return await findRun(deps, { tenantId, runId });
}
