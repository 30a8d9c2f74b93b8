/** What people do to alerts: one or many, each with an outcome of its own. */
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import {
  type ActionResult,
  actOnAlerts,
  type Target,
  TARGETS_MAX,
} from "../../src/operations/alerting/act_on_alerts.ts";
import { acceptAsNormal } from "../../src/operations/detection/accept_as_normal.ts";
import { assignAlerts, commentOnAlerts } from "../../src/operations/alerting/assign_alerts.ts";
import { shelveAlerts } from "../../src/operations/alerting/shelve_alerts.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { AlertRef } from "../nodes.ts";
import { AlertActionResultRef, type AlertAnswer, toAnswer } from "./action_result.ts";

const AlertTargetInput = builder.inputType("AlertTarget", {
  description: "An alert that something is done to.",
  fields: (t) => ({
    id: t.globalID({ required: true, for: AlertRef, description: "Its id." }),
    expectedVersion: t.int({
      description:
        "The version that was looked at: if something has happened since, nothing is done. Left out: whatever it is.",
    }),
  }),
});

const ALERTS = `Which ones: 1 to ${TARGETS_MAX.toLocaleString("en")}.`;

interface TargetInput {
  readonly id: { readonly id: string };
  readonly expectedVersion?: number | null;
}

interface Answered {
  readonly results: readonly AlertAnswer[];
}

const payload = (name: string) =>
  builder.objectRef<Answered>(name).implement({
    description: "What came of it, alert by alert.",
    fields: (t) => ({
      results: t.field({
        type: [AlertActionResultRef],
        description: "One for each alert, in the order in which they were named.",
        // The mutation counts them.
        complexity: { multiplier: 1 },
        resolve: ({ results }) => results,
      }),
    }),
  });

const bulk = ({ input }: { input: { alerts: readonly unknown[] } }) => ({ field: 1, multiplier: input.alerts.length });

function toTargets(alerts: readonly TargetInput[]): Target[] {
  return alerts.map(({ id, expectedVersion }) => ({
    id: rowId<AlertId>(String(id.id)),
    expectedVersion: expectedVersion ?? undefined,
  }));
}

function answered(act: () => Promise<ActionResult[]>): Promise<Answered> {
  return asResult(async () => ({ results: (await act()).map(toAnswer) }));
}

/** The input of a mutation that needs nothing but the alerts, and may be given a note. */
const notedInput = (name: string, note: string) =>
  builder.inputType(name, {
    description: "Which alerts, and what there is to say.",
    fields: (t) => ({
      alerts: t.field({ type: [AlertTargetInput], required: true, description: ALERTS }),
      note: t.string({ description: note }),
    }),
  });

const NOTE = "What there is to say about it, for the history; at most 2,000 characters.";

const AcknowledgeAlertsInput = notedInput("AcknowledgeAlertsInput", NOTE);
const UnacknowledgeAlertsInput = notedInput("UnacknowledgeAlertsInput", NOTE);
const ResetAlertsInput = notedInput("ResetAlertsInput", NOTE);
const UnshelveAlertsInput = notedInput("UnshelveAlertsInput", NOTE);

const ShelveAlertsInput = builder.inputType("ShelveAlertsInput", {
  description: "Which alerts to put aside, until when, and why.",
  fields: (t) => ({
    alerts: t.field({ type: [AlertTargetInput], required: true, description: ALERTS }),
    until: t.field({
      type: "DateTime",
      required: true,
      description: "When they come back by themselves: no later than the tenant's policy allows.",
    }),
    reason: t.string({ required: true, description: "Why, for whoever asks later; at most 2,000 characters." }),
  }),
});

const AssignAlertsInput = builder.inputType("AssignAlertsInput", {
  description: "Which alerts, and who looks after them.",
  fields: (t) => ({
    alerts: t.field({ type: [AlertTargetInput], required: true, description: ALERTS }),
    assignee: t.string({ description: "Who looks after them; null or left out: nobody. At most 200 characters." }),
    note: t.string({ description: NOTE }),
  }),
});

const AcceptNewNormalInput = builder.inputType("AcceptNewNormalInput", {
  description: "Which alerts are about what is normal from now on, and why.",
  fields: (t) => ({
    alerts: t.field({ type: [AlertTargetInput], required: true, description: ALERTS }),
    reason: t.string({ required: true, description: "Why, for whoever asks later; at most 2,000 characters." }),
  }),
});

const CommentOnAlertInput = builder.inputType("CommentOnAlertInput", {
  description: "What to say about which alerts.",
  fields: (t) => ({
    alerts: t.field({ type: [AlertTargetInput], required: true, description: ALERTS }),
    comment: t.string({ required: true, description: "What there is to say; at most 2,000 characters." }),
  }),
});

builder.mutationFields((t) => ({
  acceptNewNormal: t.field({
    access: "operate",
    type: payload("AcceptNewNormalPayload"),
    description:
      "What these alerts are about is normal from now on: they end, by your word, at the newest reading of " +
      "their sensors, which learn anew from the next one on; of assets at the newest row that is judged, and they learn " +
      "from the rows of the episode on. Holds for anomalies and drift of sensors, and anomalies of assets. Standing " +
      "anomalies and drift of the same sensors end with them.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: AcceptNewNormalInput, required: true, description: "Which ones, and why." }) },
    resolve: (_root, { input: { alerts, reason } }, { scope }) =>
      answered(() => acceptAsNormal(scope, { targets: toTargets(alerts), reason })),
  }),
  acknowledgeAlerts: t.field({
    access: "operate",
    type: payload("AcknowledgeAlertsPayload"),
    description: "Somebody has seen these alerts. It changes nothing in the machine, and ends no condition.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: AcknowledgeAlertsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { alerts, note } }, { scope }) =>
      answered(() =>
        actOnAlerts(scope, { targets: toTargets(alerts), action: { change: "acknowledged", note: note ?? undefined } })
      ),
  }),
  unacknowledgeAlerts: t.field({
    access: "operate",
    type: payload("UnacknowledgeAlertsPayload"),
    description: "Takes back that somebody has seen these alerts.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: UnacknowledgeAlertsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { alerts, note } }, { scope }) =>
      answered(() =>
        actOnAlerts(scope, {
          targets: toTargets(alerts),
          action: { change: "unacknowledged", note: note ?? undefined },
        })
      ),
  }),
  resetAlerts: t.field({
    access: "operate",
    type: payload("ResetAlertsPayload"),
    description: "Releases latched alerts: their condition is over, somebody has seen them, and now they are done.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: ResetAlertsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { alerts, note } }, { scope }) =>
      answered(() =>
        actOnAlerts(scope, { targets: toTargets(alerts), action: { change: "reset", note: note ?? undefined } })
      ),
  }),
  shelveAlerts: t.field({
    access: "operate",
    type: payload("ShelveAlertsPayload"),
    description:
      "Puts alerts aside for a time. Later alerts of the same kind and sensor or asset open on the same shelf.",
    errors: {},
    complexity: bulk,
    args: {
      input: t.arg({ type: ShelveAlertsInput, required: true, description: "Which ones, until when, and why." }),
    },
    resolve: (_root, { input: { alerts, until, reason } }, { scope }) =>
      answered(() => shelveAlerts(scope, { targets: toTargets(alerts), until, reason })),
  }),
  unshelveAlerts: t.field({
    access: "operate",
    type: payload("UnshelveAlertsPayload"),
    description: "Brings alerts back from their shelves before their time is over.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: UnshelveAlertsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { alerts, note } }, { scope }) =>
      answered(() =>
        actOnAlerts(scope, { targets: toTargets(alerts), action: { change: "unshelved", note: note ?? undefined } })
      ),
  }),
  assignAlerts: t.field({
    access: "operate",
    type: payload("AssignAlertsPayload"),
    description: "Gives alerts to somebody who looks after them, or to nobody.",
    errors: {},
    complexity: bulk,
    args: { input: t.arg({ type: AssignAlertsInput, required: true, description: "Which ones, and to whom." }) },
    resolve: (_root, { input: { alerts, assignee, note } }, { scope }) =>
      answered(() =>
        assignAlerts(scope, {
          targets: toTargets(alerts),
          assignee: assignee ?? undefined,
          note: note ?? undefined,
        })
      ),
  }),
  commentOnAlert: t.field({
    access: "operate",
    type: payload("CommentOnAlertPayload"),
    description: "Says something about one alert or many. The same again, with nothing in between, is said once.",
    errors: {},
    complexity: bulk,
    args: {
      input: t.arg({ type: CommentOnAlertInput, required: true, description: "What to say, about which ones." }),
    },
    resolve: (_root, { input: { alerts, comment } }, { scope }) =>
      answered(() => commentOnAlerts(scope, { targets: toTargets(alerts), comment })),
  }),
}));
