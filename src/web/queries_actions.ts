/** What people do to alerts. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import { ALERT_ROW, type AlertRow } from "./queries_alerting.ts";

export interface Target {
  readonly id: string;
  readonly expectedVersion?: number;
}

/** What came of it for one alert: done, or why not and how it is now. */
export interface ActionResult {
  readonly __typename: string;
  readonly changed?: boolean;
  readonly message?: string;
  readonly alert?: AlertRow;
}

export interface Acted {
  readonly result: {
    readonly __typename: string;
    readonly message?: string;
    readonly field?: string;
    readonly results?: readonly ActionResult[];
  };
}

interface Targets {
  readonly alerts: readonly Target[];
}

function acting<Input>(field: string, input: string, payload: string): Document<Acted, { input: Targets & Input }> {
  return `
mutation ${input.replace("Input", "")}($input: ${input}!) {
  result: ${field}(input: $input) {
    __typename
    ... on Error { message }
    ... on InvalidInputError { field }
    ... on ${payload} {
      results {
        __typename
        ... on Error { message }
        ... on AlertActed { changed alert { ...Row } }
        ... on AlertConflictError { alert { ...Row } }
        ... on IllegalTransitionError { alert { ...Row } }
      }
    }
  }
}
${ALERT_ROW}`;
}

export const ACKNOWLEDGE = acting<{ note?: string }>(
  "acknowledgeAlerts",
  "AcknowledgeAlertsInput",
  "AcknowledgeAlertsPayload",
);
export const UNACKNOWLEDGE = acting<{ note?: string }>(
  "unacknowledgeAlerts",
  "UnacknowledgeAlertsInput",
  "UnacknowledgeAlertsPayload",
);
export const SHELVE = acting<{ until: string; reason: string }>(
  "shelveAlerts",
  "ShelveAlertsInput",
  "ShelveAlertsPayload",
);
export const UNSHELVE = acting<{ note?: string }>("unshelveAlerts", "UnshelveAlertsInput", "UnshelveAlertsPayload");
export const ASSIGN = acting<{ assignee: string | null }>("assignAlerts", "AssignAlertsInput", "AssignAlertsPayload");
export const COMMENT = acting<{ comment: string }>("commentOnAlert", "CommentOnAlertInput", "CommentOnAlertPayload");
export const ACCEPT = acting<{ reason: string }>(
  "acceptNewNormal",
  "AcceptNewNormalInput",
  "AcceptNewNormalPayload",
);
