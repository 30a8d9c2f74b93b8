/**
 * One step of an asset's fold: which readings it needs, and what they come to. Live batches and reprocessing take the
 * same steps; a step is bounded by how many readings of a sensor are read at once, and where it ends changes nothing.
 */
import { assessAsset, type AssetAssessment } from "./assess_asset.ts";
import { INTERVAL_READINGS, intervalOf } from "./asset_interval.ts";
import { type AssetRow, binOf, type ColumnReadings, toRows } from "./asset_rows.ts";
import { type AssetMemory, type AssetRules, startAsset } from "./asset_state.ts";

/** Readings that a step needs: of each sensor of the asset the first `limit` with from <= ts < to, in ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The first step: how long are the rows? */
export function beginningSpan({ beginsAt, closableTo }: { beginsAt: number; closableTo: number }): Span | undefined {
  return beginsAt < closableTo ? { from: beginsAt, to: closableTo, limit: INTERVAL_READINGS } : undefined;
}

/** The memory to begin with; undefined while too little is known to say how long rows are. */
export function beginAsset(
  rules: AssetRules,
  { columns, given }: { columns: readonly ColumnReadings[]; given: readonly (number | undefined)[] },
): AssetMemory | undefined {
  const first = columns.reduce((least, { ts }) => ts.length > 0 ? Math.min(least, ts[0]) : least, Infinity);
  const binMs = rules.settings.binMs ?? intervalOf(columns, given);
  return binMs === undefined || first === Infinity ? undefined : startAsset(rules, { binMs, from: first });
}

/** The next rows that can be closed; undefined when there are none. */
export function nextSpan(
  { state }: AssetMemory,
  { closableTo, limit }: { closableTo: number; limit: number },
): Span | undefined {
  const to = binOf(closableTo, state.binMs);
  return to > state.closedTo ? { from: state.closedTo, to, limit } : undefined;
}

export interface AssetStep extends AssetAssessment {
  readonly rows: readonly AssetRow[];
}

/** Data time (ms) up to which `columns`, read to `to` and at most `limit` of each, are complete for whole rows. */
export function completeTo(
  columns: readonly ColumnReadings[],
  { to, limit, binMs }: { to: number; limit: number; binMs: number },
): number {
  // Of a sensor that has more, the bin of the last one read may not be complete.
  return columns.reduce(
    (least, { ts }) => ts.length < limit ? least : Math.min(least, binOf(ts[ts.length - 1], binMs)),
    to,
  );
}

/** Folds the rows of `span`, for which `columns`, readings by sensor, are complete. */
export function stepAsset(
  asset: AssetMemory,
  { span, columns, rules }: { span: Pick<Span, "from" | "to">; columns: readonly ColumnReadings[]; rules: AssetRules },
): AssetStep {
  const rows = toRows(columns, { ...span, binMs: asset.state.binMs });
  const assessment = assessAsset(asset, rows, rules);
  asset.state.closedTo = span.to;
  return { ...assessment, rows };
}
