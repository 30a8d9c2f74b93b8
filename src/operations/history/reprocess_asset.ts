/**
 * One page of a reprocess run, behind its sensors: the next rows of an asset that is judged as one, from its first
 * stored reading on. All that there is until the end of the range has come, so nothing is waited for.
 */
import { encodeAsset } from "../../domain/detection/asset_state.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { beginAsset, beginningSpan, nextSpan, type Span, stepAsset } from "../../domain/detection/asset_step.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { ReprocessRun } from "../../domain/history/reprocess.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import type { JudgedSensor } from "../../ports/detection/asset_state.ts";
import type { Store } from "../../ports/store.ts";
import type { TenantName } from "../../ports/workflows.ts";
import { assetRules, readAsset } from "../detection/fold_assets.ts";
import { recordAlert } from "./record_alert.ts";

/** Readings of all sensors that are read at once, about; and of each, at least. */
const READINGS_PER_PAGE = 20_000;
const READINGS_LEAST = 50;

interface Page {
  readonly tenantId: TenantName["id"];
  readonly run: ReprocessRun;
}

/** Part of the page's transaction. */
export async function reprocessAsset(
  store: Store,
  { tenantId, run }: Page,
): Promise<{ folded: number; finished: boolean }> {
  const cursor = await store.reprocessing.lockNextAsset(tenantId, run.id);
  if (cursor === undefined) return { folded: 0, finished: true };
  const { assetId } = cursor;
  const [asset] = await store.assets.byIds(tenantId, [assetId]);
  const sensors = await store.assetStates.sensorsOf(tenantId, [assetId]);
  const rules = assetRules(asset, sensors);
  const { memory } = readAsset(cursor, rules);
  const limit = Math.max(READINGS_LEAST, Math.floor(READINGS_PER_PAGE / Math.max(1, sensors.length)));
  const closableTo = run.to;
  const span = memory === undefined
    ? beginningSpan({ beginsAt: EARLIEST_MS, closableTo })
    : nextSpan(memory, { closableTo, limit });
  if (span === undefined) {
    return await save({ state: cursor.state, model: undefined, finished: true });
  }
  const columns = await readColumns(store, { tenantId, sensors, span });
  if (memory === undefined) {
    const given = sensors.map(({ expectedIntervalMs }) => expectedIntervalMs);
    const begun = beginAsset(rules, { columns, given });
    return await save({ state: begun ? encodeAsset(begun) : "", model: undefined, finished: begun === undefined });
  }
  let [wide, step] = [span, stepAsset(memory, { span, columns, rules })];
  while (step === undefined) {
    wide = { ...wide, limit: 8 * wide.limit };
    const more = await readColumns(store, { tenantId, sensors, span: wide });
    step = stepAsset(memory, { span: wide, columns: more, rules });
  }
  await recordAll(step.decisions);
  return {
    ...await save({
      state: encodeAsset(memory),
      model: step.fitted ? encodeModel(memory.model!) : undefined,
      finished: memory.state.closedTo >= span.to,
    }),
    folded: step.readings,
  };

  async function save(saved: { state: string; model: string | undefined; finished: boolean }) {
    await store.reprocessing.saveAssetCursor(tenantId, run.id, { assetId, ...saved });
    return { folded: 0, finished: false };
  }

  async function recordAll(decisions: readonly Decision[]): Promise<void> {
    for (const decision of decisions) {
      if (decision.episodeStart < run.from) continue;
      await recordAlert(store, { tenantId, runId: run.id, subject: { assetId }, decision });
    }
  }
}

async function readColumns(
  store: Store,
  { tenantId, sensors, span }: { tenantId: TenantName["id"]; sensors: readonly JudgedSensor[]; span: Span },
) {
  const series = await store.readings.seriesOf(tenantId, sensors.map(({ id }) => ({ sensorId: id, ...span })));
  return sensors.map(({ id }) => series.get(id) ?? { ts: new Float64Array(), value: new Float64Array() });
}
