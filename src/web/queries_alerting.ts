/** What the page asks about alerts. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";

export type Severity = "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "OTHER";
export type AlertState = "UNACKNOWLEDGED" | "ACKNOWLEDGED" | "RETURNED_UNACKNOWLEDGED" | "NORMAL" | "LATCHED" | "OTHER";

export interface Named {
  readonly key: string;
  readonly name: string;
}

export interface AlertRow {
  readonly id: string;
  /** Counts what has happened to it. */
  readonly version: number;
  readonly assignee: string | null;
  /** Shelved or suppressed. */
  readonly hidden: boolean;
  readonly shelf: { readonly until: string; readonly by: string; readonly reason: string } | null;
  readonly number: number;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly kind: string;
  readonly reason: string;
  readonly score: number;
  readonly episodeStart: string;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly sensor: (Named & { readonly unit: string | null }) | null;
  readonly asset: Named | null;
  /** Of one about a source that has gone silent as a whole. */
  readonly source: string | null;
  readonly cause: { readonly detector: string; readonly value: number; readonly usual: number | null } | null;
}

export interface AlertEvent {
  readonly cursor: string;
  readonly change: string;
  readonly alert: AlertRow;
}

export interface Connection<Node> {
  readonly eventCursor: string;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly edges: readonly { readonly node: Node }[];
}

export const ALERT_ROW = `fragment Row on Alert {
  id version assignee hidden shelf { until by reason } number severity state kind reason score episodeStart openedAt endedAt
  sensor { key name unit } asset { key name } source cause { detector value usual }
}`;

export const ALERT_EVENTS: Document<{ alerts: AlertEvent }, { after: string }> = `
subscription AlertEvents($after: String) { alerts(after: $after) { cursor change alert { ...Row } } }
${ALERT_ROW}`;

export interface AlertFilter {
  readonly sensor?: string;
  readonly asset?: string;
  readonly severities?: readonly string[];
  readonly states?: readonly string[];
  readonly text?: string;
  /** Only it and its own sensors. */
  readonly onAsset?: string;
  /** About no asset. */
  readonly unplaced?: boolean;
}

export type AlertOrder = "NEWEST" | "SEVERITY";

export interface AlertsVariables {
  readonly filter: AlertFilter;
  readonly first: number;
  readonly after?: string;
  /** Rows before the page, for who jumps. */
  readonly skip?: number;
  readonly orderBy?: AlertOrder;
}

export const ALERTS: Document<{ alerts: Connection<AlertRow> }, AlertsVariables> = `
query Alerts($filter: AlertFilter, $first: Int, $after: String, $skip: Int, $orderBy: AlertOrder) {
  alerts(filter: $filter, first: $first, after: $after, skip: $skip, orderBy: $orderBy) {
    eventCursor pageInfo { hasNextPage endCursor } edges { node { ...Row } }
  }
}
${ALERT_ROW}`;

export interface Contribution {
  readonly detector: string;
  readonly score: number;
  readonly facts: readonly { readonly name: string; readonly value: number }[];
}

export interface Evidence {
  readonly time: string;
  readonly change: string;
  readonly value: number;
  readonly score: number;
  readonly threshold: number;
  readonly contributions: readonly Contribution[];
  readonly missing: readonly string[];
  /** Of an asset: the sensors that it was, the largest share first. */
  readonly sensors: readonly { readonly share: number; readonly sensor: Named }[];
  readonly batch: { readonly number: number; readonly receivedAt: string };
}

export interface Rarity {
  readonly value: number;
  readonly inWords: string;
  readonly line: number | null;
}

export interface Transition {
  readonly change: string;
  readonly time: string;
  readonly knownAt: string;
  readonly actor: string;
  readonly note: string | null;
  readonly detail: string | null;
}

export interface AlertDetail extends AlertRow {
  readonly history: readonly Transition[];
  readonly rarity: Rarity | null;
  readonly sensor: (Named & { readonly unit: string | null; readonly quantity: string }) | null;
  readonly asset: (Named & { readonly path: readonly Named[]; readonly sensors: readonly Named[] }) | null;
  readonly evidence: readonly Evidence[];
  readonly similar: readonly AlertRow[];
  readonly settings: { readonly name: string; readonly version: number } | null;
  readonly batch: {
    readonly number: number;
    readonly source: string;
    readonly receivedAt: string;
    readonly temporalUrl: string | null;
  };
}

export const ALERT: Document<{ alertByNumber: AlertDetail | null }, { number: number }> = `
query Alert($number: Float!) {
  alertByNumber(number: $number) {
    ...Row
    rarity { value inWords line }
    history(first: 50) { change time knownAt actor note detail }
    sensor { quantity }
    asset { path { key name } sensors(first: 9) { key name } }
    evidence {
      time change value score threshold missing batch { number receivedAt } sensors { share sensor { key name } }
      contributions { detector score facts { name value } }
    }
    similar(first: 5) { ...Row }
    settings { name version }
    batch { number source receivedAt temporalUrl }
  }
}
${ALERT_ROW}`;

export const URGENT: Document<{ urgentAlerts: readonly AlertRow[] }, Record<never, never>> = `
query Urgent { urgentAlerts(first: 5) { ...Row } }
${ALERT_ROW}`;

export interface AlarmDay {
  readonly day: string;
  readonly alertsPerDay: number | null;
  readonly line: number;
  readonly announced: number;
  readonly kept: number;
}

export interface AlarmBudget {
  readonly alertsPerDay: number | null;
  readonly setBy: string | null;
  readonly setAt: string | null;
  readonly sensors: number;
  readonly least: number;
  readonly holdsFrom: string | null;
  readonly days: readonly AlarmDay[];
}

export interface Candidate {
  readonly kind: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly episodeStart: string;
  readonly endedAt: string | null;
  readonly rarity: Rarity | null;
  readonly sensor: Named | null;
  readonly asset: Named | null;
}

export interface BudgetAnswer {
  readonly alarmBudget: AlarmBudget;
  readonly candidates: { readonly totalCount: number; readonly rarest: readonly Candidate[] };
  readonly badActors: readonly { readonly alerts: number; readonly sensor: Named & { readonly asset: Named | null } }[];
}

export const BUDGET: Document<BudgetAnswer, Record<never, never>> = `
query Budget {
  alarmBudget {
    alertsPerDay setBy setAt sensors least holdsFrom
    days(first: 30) { day alertsPerDay line announced kept }
  }
  candidates(first: 30) {
    totalCount
    rarest {
      kind severity reason episodeStart endedAt rarity { value inWords line } sensor { key name } asset { key name }
    }
  }
  badActors { alerts sensor { key name asset { key name } } }
}`;

export interface SetBudgetAnswer {
  readonly setAlarmBudget: { readonly __typename: string; readonly message?: string; readonly field?: string };
}

export const SET_BUDGET: Document<SetBudgetAnswer, { input: { alertsPerDay: number | null } }> = `
mutation SetBudget($input: SetAlarmBudgetInput!) {
  setAlarmBudget(input: $input) {
    __typename
    ... on Error { message }
    ... on InvalidInputError { field }
  }
}`;
