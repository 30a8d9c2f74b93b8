/**
 * One page of a reprocess run, behind its sensors: the next rows of an asset that is judged as one, from its first
 * stored reading on. All that there is until the end of the range has come, so nothing is waited for.
 */
import { type AssetMemory, type AssetRules, encodeAsset } from "../../domain/detection/asset_state.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { binOf } from "../../domain/detection/asset_rows.ts";
import {
  beginAsset,
  beginningSpan,
  completeTo,
  nextSpan,
  type Span,
  stepAsset,
} from "../../domain/detection/asset_step.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { ReprocessRun } from "../../domain/history/reprocess.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import type { JudgedSensor } from "../../ports/detection/asset_state.ts";
import type { Store } from "../../ports/store.ts";
import type { TenantName } from "../../ports/workflows.ts";
import { readLines } from "../alerting/read_lines.ts";
import { acceptNormal } from "../detection/accept_asset_as_normal.ts";
import { goOver } from "../detection/adopt_assets.ts";
import { assetRules, readAsset } from "../detection/hold_assets.ts";
import type { SettingsReader } from "../detection/resolve_settings.ts";
import { type AssetJudged, assetJudgedBy, placeOf } from "./asset_judged_by.ts";
import { recordAlert } from "./record_alert.ts";

/** Readings of all sensors that are read at once, about; and of each, at least. */
const READINGS_PER_PAGE = 20_000;
const READINGS_LEAST = 50;

/** Part of the page's transaction. */
export async function reprocessAsset(
  reader: SettingsReader,
  store: Store,
  run: ReprocessRun,
): Promise<{ folded: number; finished: boolean }> {
  const tenantId = reader.tenant.id;
  const cursor = await store.reprocessing.lockNextAsset(tenantId, run.id);
  if (cursor === undefined) return { folded: 0, finished: true };
  const { assetId } = cursor;
  const [asset] = await store.assets.byIds(tenantId, [assetId]);
  const sensors = await store.assetStates.sensorsOf(tenantId, [assetId]);
  const judged = await assetJudgedBy(reader, store, cursor);
  const rulesOf = ({ settings }: AssetJudged) => assetRules(asset, sensors, settings);
  const { memory } = readAsset(cursor);
  // The fold changes the memory in place.
  const modelBefore = memory?.model;
  const page: Page = { tenantId, assetId, sensors, judged, rulesOf, to: run.to };
  const turned = memory === undefined ? await begin(store, page) : await goOn(store, page, memory);
  for (const decision of turned.decisions) {
    if (decision.episodeStart < run.from) continue;
    await recordAlert(store, { tenantId, runId: run.id, subject: { assetId }, decision });
  }
  const now = turned.memory;
  await store.reprocessing.saveAssetCursor(tenantId, run.id, {
    assetId,
    state: now === undefined ? "" : encodeAsset(now),
    model: now?.model !== undefined && now.model !== modelBefore ? encodeModel(now.model) : undefined,
    finished: turned.finished,
  });
  return { folded: turned.folded, finished: false };
}

interface Page {
  readonly tenantId: TenantName["id"];
  readonly assetId: AssetId;
  readonly sensors: readonly JudgedSensor[];
  readonly judged: readonly AssetJudged[];
  readonly rulesOf: (judged: AssetJudged) => AssetRules;
  readonly to: number;
}

interface Turned {
  readonly memory: AssetMemory | undefined;
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly finished: boolean;
}

async function begin(store: Store, page: Page): Promise<Turned> {
  const { sensors, judged, rulesOf, to } = page;
  const span = beginningSpan({ beginsAt: EARLIEST_MS, closableTo: to });
  const columns = span === undefined ? [] : await readColumns(store, page, span);
  const given = sensors.map(({ expectedIntervalMs }) => expectedIntervalMs);
  const first = columns.length === 0 ? undefined : beginAsset(rulesOf(judged[0]), { columns, given });
  // Where older readings have gone, it may begin under later settings.
  const place = first === undefined ? 0 : placeOf(first, judged);
  const memory = place === 0 ? first : beginAsset(rulesOf(judged[place]), { columns, given });
  return { memory, decisions: [], folded: 0, finished: memory === undefined };
}

async function goOn(store: Store, page: Page, before: AssetMemory): Promise<Turned> {
  const { tenantId, sensors, judged, rulesOf } = page;
  const limit = Math.max(READINGS_LEAST, Math.floor(READINGS_PER_PAGE / Math.max(1, sensors.length)));
  const decisions: Decision[] = [];
  let [memory, place] = [before, placeOf(before, judged)];
  const spanBy = () =>
    nextSpan(memory, { closableTo: Math.min(page.to, judged[place + 1]?.behind ?? Infinity), limit });
  let span = spanBy();
  // Over to the next settings once all before their place is judged, and together with the first row behind it: a page
  // may end anywhere.
  while (span === undefined && place + 1 < judged.length && judged[place + 1].behind <= page.to) {
    place++;
    const { storedMax, accepts } = judged[place];
    const rules = rulesOf(judged[place]);
    const changed = accepts
      ? await acceptNormal(store, { tenantId, memory, rules })
      : await goOver(store, { tenantId, memory, rules, storedMax });
    memory = changed.memory;
    decisions.push(...changed.decisions);
    span = spanBy();
  }
  if (span === undefined) return { memory, decisions, folded: 0, finished: true };
  const { binMs } = memory.state;
  let columns = await readColumns(store, page, span);
  let to = completeTo(columns, { ...span, binMs });
  while (to <= span.from) {
    span = { ...span, limit: 8 * span.limit };
    columns = await readColumns(store, page, span);
    to = completeTo(columns, { ...span, binMs });
  }
  // A row is of the day that it begins on.
  const ts = columns.flatMap(({ ts }) => Array.from(ts, (at) => binOf(at, binMs)));
  const lineAt = await readLines(store, { tenantId, subject: { assetId: page.assetId }, ts });
  const step = stepAsset(memory, {
    span: { from: span.from, to },
    columns,
    rules: { ...rulesOf(judged[place]), lineAt },
  });
  const folded = columns.reduce((sum, { ts }) => sum + ts.length, 0);
  const isLast = to >= span.to && !judged.some(({ behind }) => behind >= span!.to);
  return { memory, decisions: [...decisions, ...step.decisions], folded, finished: isLast };
}

async function readColumns(store: Store, { tenantId, sensors }: Page, span: Span) {
  const series = await store.readings.seriesOf(tenantId, sensors.map(({ id }) => ({ sensorId: id, ...span })));
  return sensors.map(({ id }) => series.get(id) ?? { ts: new Float64Array(), value: new Float64Array() });
}
