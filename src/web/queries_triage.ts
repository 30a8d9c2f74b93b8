/** What triage asks. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import {
  ALERT_ROW,
  type AlertDetail,
  type AlertFilter,
  type AlertRow,
  type AlertState,
  type AlertsVariables,
  type Connection,
  type Named,
  type Severity,
} from "./queries_alerting.ts";
import { DRAWN, type Trend } from "./queries_plant.ts";

/** How many there are of a severity in a state. */
export interface AlertCount {
  readonly severity: Severity;
  readonly state: AlertState;
  readonly count: number;
}

export interface CountsAnswer {
  readonly alertCounts: readonly AlertCount[];
}

const COUNTED = `alertCounts(filter: $counted) { severity state count }`;

/** Counts under `counted`, which is the filter without its severities and states: for the buttons of these. */
export const ALERT_COUNTS: Document<CountsAnswer, { counted: AlertFilter }> = `
query AlertCounts($counted: AlertFilter) { ${COUNTED} }`;

/** The first page of triage, with counts. */
export const TRIAGE: Document<
  CountsAnswer & { alerts: Connection<AlertRow> },
  AlertsVariables & { counted: AlertFilter }
> = `
query Triage($filter: AlertFilter, $counted: AlertFilter, $first: Int, $orderBy: AlertOrder) {
  alerts(filter: $filter, first: $first, orderBy: $orderBy) {
    eventCursor pageInfo { hasNextPage endCursor } edges { node { ...Row } }
  }
  ${COUNTED}
}
${ALERT_ROW}`;

export interface AlertGroup {
  /** Null: alerts about no asset. */
  readonly asset: Named | null;
  readonly count: number;
  readonly unacknowledged: number;
  readonly worst: Severity;
  /** Null: none asks for a person. */
  readonly worstUnacknowledged: Severity | null;
  readonly alerts: readonly AlertRow[];
}

export interface GroupsAnswer extends CountsAnswer {
  readonly alertGroups: { readonly eventCursor: string; readonly groups: readonly AlertGroup[] };
}

/** Triage by asset, with counts. */
export const ALERT_GROUPS: Document<GroupsAnswer, { filter: AlertFilter; counted: AlertFilter }> = `
query AlertGroups($filter: AlertFilter, $counted: AlertFilter) {
  alertGroups(filter: $filter, first: 50) {
    eventCursor groups { asset { key name } count unacknowledged worst worstUnacknowledged alerts(first: 5) { ...Row } }
  }
  ${COUNTED}
}
${ALERT_ROW}`;

export type AlertGlance = Pick<AlertDetail, "number" | "rarity" | "history" | "evidence"> & AlertRow;

export interface GlanceAnswer {
  readonly alertByNumber: AlertGlance | null;
  readonly trends: readonly Trend[];
}

export interface GlanceVariables {
  readonly number: number;
  readonly sensors: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** What stands beside the list about the one that is chosen. */
export const GLANCE: Document<GlanceAnswer, GlanceVariables> = `
query Glance($number: Float!, $sensors: [String!]!, $from: DateTime!, $to: DateTime!) {
  alertByNumber(number: $number) {
    ...Row
    rarity { value inWords line }
    history(first: 20) { change time knownAt actor note detail }
    evidence {
      time change value score threshold missing batch { number receivedAt } sensors { share sensor { key name } }
      contributions { detector score facts { name value } }
    }
  }
  trends(sensors: $sensors, from: $from, to: $to, width: 300) { ...Drawn }
}
${ALERT_ROW}
${DRAWN}`;
