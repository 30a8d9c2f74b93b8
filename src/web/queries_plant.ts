/** What the page asks about the plant. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import type { Named, Severity } from "./queries_alerting.ts";

export interface Standing {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly worst: Severity | null;
  readonly unacknowledged: number;
  readonly returned: number;
  readonly oldest: string | null;
}

const STANDING = `standing { critical high medium low worst unacknowledged returned oldest }`;

export interface FrameAnswer {
  readonly eventCursor: string;
  /** Null: who looks has not signed in with a key. */
  readonly session: { readonly name: string } | null;
  readonly tenant: { readonly timeZone: string | null };
  readonly plant: { readonly now: string; readonly standing: Standing };
}

export const FRAME: Document<FrameAnswer, Record<never, never>> = `
query Frame { eventCursor session { name } tenant { timeZone } plant { now ${STANDING} } }`;

export interface SetZoneAnswer {
  readonly configureTenant: { readonly __typename: string; readonly message?: string };
}

export const SET_ZONE: Document<SetZoneAnswer, { input: { timeZone: string } }> = `
mutation SetZone($input: ConfigureTenantInput!) {
  configureTenant(input: $input) { __typename ... on Error { message } }
}`;

export interface AlertHour {
  readonly hour: string;
  readonly opened: number;
  readonly worst: Severity;
}

export interface AssetRow extends Named {
  readonly criticality: string;
  readonly standing: Standing;
  readonly sensorCounts: { readonly all: number; readonly learning: number; readonly silent: number };
  readonly alertHours: readonly AlertHour[];
}

const ASSET_ROW = `fragment AssetRow on Asset {
  key name criticality ${STANDING} sensorCounts { all learning silent } alertHours(from: $from, to: $to) { hour opened worst }
}`;

export interface SensorRow extends Named {
  readonly quantity: string;
  readonly unit: string | null;
  readonly state: string;
  readonly judgesAfter: number;
  readonly watermark: string | null;
  readonly last: { readonly time: string; readonly value: number } | null;
}

export const SENSOR_ROW = `fragment SensorRow on Sensor {
  key name quantity unit state judgesAfter watermark last { time value }
}`;

export interface PlantAnswer {
  readonly plant: {
    readonly now: string;
    readonly sensorCounts: AssetRow["sensorCounts"];
    readonly alertHours: readonly AlertHour[];
    readonly roots: readonly (AssetRow & { readonly children: readonly AssetRow[] })[];
    readonly unplaced: readonly SensorRow[];
  };
}

export const PLANT: Document<PlantAnswer, { from: string; to: string }> = `
query Plant($from: DateTime!, $to: DateTime!) {
  plant {
    now
    sensorCounts { all learning silent }
    alertHours(from: $from, to: $to) { hour opened worst }
    roots { ...AssetRow children { ...AssetRow } }
    unplaced { ...SensorRow }
  }
}
${ASSET_ROW}
${SENSOR_ROW}`;

export interface AssetDetail extends AssetRow {
  readonly level: number | null;
  readonly path: readonly Named[];
  readonly children: readonly AssetRow[];
  readonly sensors: readonly SensorRow[];
}

export const ASSET: Document<{ asset: AssetDetail | null }, { key: string; from: string; to: string }> = `
query Asset($key: String!, $from: DateTime!, $to: DateTime!) {
  asset(key: $key) { ...AssetRow level path { key name } children { ...AssetRow } sensors(first: 200) { ...SensorRow } }
}
${ASSET_ROW}
${SENSOR_ROW}`;

export interface Trend {
  readonly sensor: Named & { readonly unit: string | null };
  readonly resolution: string | null;
  readonly times: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly status: readonly (number | null)[];
  readonly usualLow: readonly (number | null)[];
  readonly usualHigh: readonly (number | null)[];
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
  readonly rolledUpBefore: string | null;
}

export const DRAWN = `fragment Drawn on Trend {
  sensor { key name unit } resolution times min max mean status usualLow usualHigh gaps { from to } rolledUpBefore
}`;

export interface TrendVariables {
  readonly sensors: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly width: number;
}

export const TRENDS: Document<{ trends: readonly Trend[] }, TrendVariables> = `
query Trends($sensors: [String!]!, $from: DateTime!, $to: DateTime!, $width: Int!) {
  trends(sensors: $sensors, from: $from, to: $to, width: $width) { ...Drawn }
}
${DRAWN}`;

export interface Scores {
  readonly complete: boolean;
  readonly exact: boolean;
  readonly threshold: number;
  readonly judgedBy: readonly { readonly name: string }[];
  readonly times: readonly number[];
  readonly scores: readonly (number | null)[];
}

export interface PictureAnswer {
  readonly trends: readonly Trend[];
  readonly scores: Scores;
  readonly others: readonly Trend[];
}

export interface PictureVariables {
  readonly sensor: string;
  readonly from: string;
  readonly to: string;
  readonly width: number;
  readonly others: readonly string[];
}

/** A sensor with its scores, and other sensors over the same time in small. */
export const PICTURE: Document<PictureAnswer, PictureVariables> = `
query Picture($sensor: String!, $from: DateTime!, $to: DateTime!, $width: Int!, $others: [String!]!) {
  trends(sensors: [$sensor], from: $from, to: $to, width: $width) { ...Drawn }
  scores(sensor: $sensor, from: $from, to: $to, width: $width) { complete exact threshold judgedBy { name } times scores }
  others: trends(sensors: $others, from: $from, to: $to, width: 140) { ...Drawn }
}
${DRAWN}`;

export interface Found {
  readonly assets: readonly Named[];
  readonly sensors: readonly Named[];
  readonly batches: readonly { readonly number: number; readonly source: string; readonly state: string }[];
  readonly alerts: readonly { readonly number: number; readonly severity: Severity; readonly reason: string }[];
}

export const SEARCH: Document<{ search: Found }, { text: string }> = `
query Search($text: String!) {
  search(text: $text) {
    assets { key name } sensors { key name } batches { number source state } alerts { number severity reason }
  }
}`;
