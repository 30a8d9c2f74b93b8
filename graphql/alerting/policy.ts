/** What a tenant decides about the handling of its alerts. */
import type { AlertPolicy } from "../../src/domain/alerting/policy.ts";
import { setAlertPolicy } from "../../src/operations/alerting/set_alert_policy.ts";
import { policyOf } from "../../src/operations/alerting/shelve_alerts.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { SeverityEnum } from "./enums.ts";

const LATCHING = "Alerts of these severities wait for a reset once their condition is over and they have been seen.";

const AlertPolicyRef = builder.objectRef<AlertPolicy>("AlertPolicy").implement({
  description: "What the tenant has decided about the handling of its alerts.",
  fields: (t) => ({
    shelveMax: t.field({
      type: "Duration",
      description: "Longest that an alert may be shelved at a time.",
      resolve: ({ shelveMaxMs }) => shelveMaxMs,
    }),
    latching: t.expose("latching", { type: [SeverityEnum], description: LATCHING }),
  }),
});

builder.queryField("alertPolicy", (t) =>
  t.field({
    access: "read",
    type: AlertPolicyRef,
    description: "What the tenant has decided about the handling of its alerts.",
    complexity: LOOKUP_COST,
    resolve: (_root, _args, { scope }) => policyOf(scope),
  }));

const SetAlertPolicyInput = builder.inputType("SetAlertPolicyInput", {
  description: "What is left out stays as it is.",
  fields: (t) => ({
    shelveMax: t.field({
      type: "Duration",
      description: "Longest that an alert may be shelved at a time: P366D at most.",
    }),
    latching: t.field({ type: [SeverityEnum], description: LATCHING }),
  }),
});

const SetAlertPolicyPayload = builder.objectRef<{ policy: AlertPolicy }>("SetAlertPolicyPayload").implement({
  description: "It is decided.",
  fields: (t) => ({ policy: t.expose("policy", { type: AlertPolicyRef, description: "What holds from now on." }) }),
});

builder.mutationField("setAlertPolicy", (t) =>
  t.field({
    access: "configure",
    type: SetAlertPolicyPayload,
    description: "Decides how alerts are handled from now on; those that are shelved or latching stay so.",
    errors: {},
    args: { input: t.arg({ type: SetAlertPolicyInput, required: true, description: "What to decide." }) },
    resolve: (_root, { input: { shelveMax, latching } }, { scope }) =>
      asResult(async () => ({
        policy: await setAlertPolicy(scope, { shelveMaxMs: shelveMax ?? undefined, latching: latching ?? undefined }),
      })),
  }));
