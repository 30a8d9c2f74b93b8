/**
 * One page of a reprocess run. A sensor is folded from its first stored reading on, because the states at the beginning
 * of the range depend on all that came before; alerts are reported for the range alone. Where older readings have gone,
 * the fold begins behind them and the run says so. The sensor's state and watermark are stored with each page: a repeat
 * goes on where the last one ended.
 */
import { encodeState, parseState } from "../../domain/detection/sensor_state.ts";
import type { ReprocessRun, ReprocessRunId } from "../../domain/history/reprocess.ts";
import { EARLIEST_MS, MICROSECOND_MS } from "../../domain/timestamp.ts";
import { readLines } from "../alerting/read_lines.ts";
import { notFound } from "../errors.ts";
import type { SettingsReader } from "../detection/resolve_settings.ts";
import type { Scope } from "../scope.ts";
import { foldAsJudged, judgedBy } from "./judged_by.ts";
import { recordAlert } from "./record_alert.ts";
import { reprocessAsset } from "./reprocess_asset.ts";

const READINGS_PER_PAGE = 10_000;

type StoreScope = Pick<Scope, "store" | "tenant">;

export async function reprocessPage(
  scope: StoreScope & SettingsReader,
  runId: ReprocessRunId,
): Promise<{ folded: number; finished: boolean }> {
  const { tenant } = scope;
  const run = await findRun(scope, runId);
  if (run.state !== "running") return { folded: 0, finished: true };
  return await scope.store.transaction(async (store) => {
    const cursor = await store.reprocessing.lockNext(tenant.id, runId);
    if (cursor === undefined) return await reprocessAsset(scope, store, run);
    const before = cursor.state === "" ? undefined : parseState(cursor.state);
    const from = cursor.watermark === undefined ? EARLIEST_MS : cursor.watermark + MICROSECOND_MS;
    const series = await store.readings.series(tenant.id, cursor.sensorId, {
      from,
      to: run.to,
      limit: READINGS_PER_PAGE,
    });
    // Asked behind the readings: whatever has gone until then may be missing among them.
    const { rolledUpBefore } = await store.horizons.of(tenant.id);
    if (from < rolledUpBefore) await store.reprocessing.noteGone(tenant.id, runId, rolledUpBefore);
    const subject = { sensorId: cursor.sensorId };
    const lineAt = await readLines(store, { tenantId: tenant.id, subject, ts: series.ts });
    const judged = await judgedBy(scope, store, cursor);
    const finished = series.ts.length < READINGS_PER_PAGE;
    const folding = { cursor, before, series, judged, lineAt, last: finished };
    const { state, decisions, folded } = await foldAsJudged(scope, store, folding);
    for (const decision of decisions) {
      if (decision.episodeStart >= run.from) {
        await recordAlert(store, { tenantId: tenant.id, runId, subject, decision });
      }
    }
    await store.reprocessing.saveCursor(tenant.id, runId, {
      sensorId: cursor.sensorId,
      state: encodeState(state),
      watermark: state.watermark,
      folded,
      finished,
    });
    return { folded, finished: false };
  });
}

async function findRun({ store, tenant }: StoreScope, runId: ReprocessRunId): Promise<ReprocessRun> {
  const [run] = await store.reprocessing.byIds(tenant.id, [runId]);
  if (run === undefined) throw notFound("runId", `There is no reprocess run ${runId}.`);
  return run;
}

/** Ends the run: finished, failed or cancelled, the latter two with a reason. One that has ended is left as it is. */
export async function endReprocessing(
  scope: StoreScope,
  { runId, failure, cancelled }: { runId: ReprocessRunId; failure?: string; cancelled?: boolean },
): Promise<ReprocessRun> {
  const state = cancelled ? "cancelled" : failure === undefined ? "finished" : "failed";
  await scope.store.reprocessing.end(scope.tenant.id, runId, { state, failure });
  return await findRun(scope, runId);
}
