/** The stored readings that steps of assets need. */
import type { ColumnReadings } from "../../domain/detection/asset_rows.ts";
import type { Span } from "../../domain/detection/asset_step.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";
import type { HeldAsset } from "./hold_assets.ts";

export interface Planned {
  readonly one: HeldAsset;
  readonly span: Span;
}

export interface Read extends Planned {
  /** Readings of the span, a column a sensor. */
  readonly columns: readonly ColumnReadings[];
}

/** In one statement for all of them. */
export async function readSpans(
  store: Store,
  { tenant, planned }: { tenant: Scope["tenant"]; planned: readonly Planned[] },
): Promise<Read[]> {
  const spans = planned.flatMap(({ one, span }) => one.sensors.map(({ id }) => ({ ...span, sensorId: id })));
  const series = await store.readings.seriesOf(tenant.id, spans);
  return planned.map(({ one, span }) => ({
    one,
    span,
    columns: one.sensors.map(({ id }) => series.get(id) ?? NOTHING),
  }));
}

/** Of a sensor that reported nothing. */
export const NOTHING = { ts: new Float64Array(), value: new Float64Array() };
