/** What the page asks about one sensor. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import { ALERT_ROW, type AlertRow, type Named } from "./queries_alerting.ts";
import { SENSOR_ROW, type SensorRow } from "./queries_plant.ts";
import type { Change, Scope } from "./queries_settings.ts";

export interface Detection {
  readonly readings: number;
  readonly interval: string | null;
  readonly glitchesInARow: number;
  readonly glitchShare: number;
  readonly heldBackTo: string | null;
  readonly episodeSince: string | null;
  readonly baseline: {
    readonly version: number;
    readonly learnt: boolean;
    readonly readings: number;
    readonly from: string | null;
    readonly to: string | null;
    readonly mean: number | null;
    readonly spread: number | null;
    readonly min: number | null;
    readonly max: number | null;
  };
}

export interface SensorDetail extends SensorRow {
  readonly rangeMin: number | null;
  readonly rangeMax: number | null;
  readonly expectedIntervalMs: number | null;
  readonly registered: boolean;
  readonly reorderWindow: string | null;
  readonly retiredAt: string | null;
  readonly readingsFrom: string | null;
  readonly late: { readonly count: number; readonly from: string | null; readonly to: string | null };
  readonly asset: (Named & { readonly path: readonly Named[] }) | null;
  readonly judgedBy: string | null;
  readonly detection: Detection | null;
  readonly settings: {
    readonly name: string;
    readonly version: number;
    readonly narrowest: {
      readonly version: number;
      readonly scope: Scope;
      readonly changes: readonly Change[];
    } | null;
  };
}

export interface SensorAnswer {
  readonly sensor: SensorDetail | null;
  readonly quarantineCounts: readonly { readonly reason: string; readonly count: number }[];
}

export const SENSOR: Document<SensorAnswer, { key: string }> = `
query Sensor($key: String!) {
  sensor(key: $key) {
    ...SensorRow rangeMin rangeMax expectedIntervalMs registered reorderWindow retiredAt readingsFrom
    late { count from to } asset { key name path { key name } } judgedBy
    detection {
      readings interval glitchesInARow glitchShare heldBackTo episodeSince
      baseline { version learnt readings from to mean spread min max }
    }
    settings {
      name version
      narrowest {
        version scope { quantity asset { key name } sensor { key name } }
        changes { path before after unit effect relearns }
      }
    }
  }
  quarantineCounts(sensor: $key) { reason count }
}
${SENSOR_ROW}`;

/** Stretches as columns of equal length. */
export interface Lane {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly count: readonly number[];
  readonly batch: readonly (number | null)[];
}

export interface ServiceWindow {
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string | null;
  readonly closedAt: string | null;
  readonly reason: string;
  readonly openedBy: string;
  readonly asset: Named | null;
}

export interface Shelved {
  readonly from: string;
  readonly to: string | null;
  readonly by: string;
  readonly reason: string | null;
  readonly alert: { readonly number: number };
}

export interface Lanes {
  readonly late: Lane;
  readonly corrected: Lane;
  readonly uncertain: Lane;
  readonly episodes: Lane;
  readonly windows: readonly ServiceWindow[];
  readonly shelved: readonly Shelved[];
}

/** Stretches of a lane: a picture is wider, but no eye tells more of them apart. */
const SLOTS = 400;

export const LANES: Document<
  { readonly episodes: readonly AlertRow[]; readonly lanes: Lanes },
  { sensor: string; from: string; to: string }
> = `
query Lanes($sensor: String!, $from: DateTime!, $to: DateTime!) {
  episodes(sensor: $sensor, from: $from, to: $to, first: 100) { ...Row }
  lanes(sensor: $sensor, from: $from, to: $to, width: ${SLOTS}) {
    late { ...Stretches } corrected { ...Stretches } uncertain { ...Stretches } episodes { ...Stretches }
    windows { id kind from to closedAt reason openedBy asset { key name } }
    shelved { from to by reason alert { number } }
  }
}
fragment Stretches on Lane { from to count batch }
${ALERT_ROW}`;
