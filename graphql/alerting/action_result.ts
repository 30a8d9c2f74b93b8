/** What came of an action on one alert of many. */
import { encodeGlobalID } from "@pothos/plugin-relay";
import { match } from "ts-pattern";
import type { Alert, AlertChange, AlertState } from "../../src/domain/alerting/alert.ts";
import type { ActionResult } from "../../src/operations/alerting/act_on_alerts.ts";
import { builder } from "../builder.ts";
import { ErrorInterface } from "../error_types.ts";
import { AlertRef } from "../nodes.ts";
import { AlertChangeEnum, AlertStateEnum } from "./enums.ts";

class AlertActed {
  constructor(readonly alert: Alert, readonly changed: boolean) {}
}

/** Refusals are answers among others here, and nothing that is thrown. */
class Refusal {
  constructor(readonly name: string, readonly message: string) {}
}

class AlertConflictError extends Refusal {
  constructor(message: string, readonly alert: Alert, readonly expectedVersion: number) {
    super("AlertConflictError", message);
  }
}

class IllegalTransitionError extends Refusal {
  constructor(
    message: string,
    readonly about: { alert: Alert; change: AlertChange; legalFrom: readonly AlertState[] },
  ) {
    super("IllegalTransitionError", message);
  }
}

class NewNormalRefusedError extends Refusal {
  constructor(message: string, readonly alert: Alert) {
    super("NewNormalRefusedError", message);
  }
}

class AlertNotFoundError extends Refusal {
  constructor(message: string, readonly id: string) {
    super("AlertNotFoundError", message);
  }
}

const NOW = "The alert as it is now.";

const AlertActedRef = builder.objectType(AlertActed, {
  name: "AlertActed",
  description: "It is as it was asked for.",
  fields: (t) => ({
    alert: t.expose("alert", { type: AlertRef, description: NOW }),
    changed: t.exposeBoolean("changed", { description: "False: it was so already, and nothing was done." }),
  }),
});

const AlertConflictRef = builder.objectType(AlertConflictError, {
  name: "AlertConflictError",
  description: "Something has happened to the alert since: nothing was done. Look at it, and act on its new version.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    alert: t.expose("alert", { type: AlertRef, description: NOW }),
    expectedVersion: t.exposeInt("expectedVersion", { description: "The version that was asked about." }),
  }),
});

const IllegalTransitionRef = builder.objectType(IllegalTransitionError, {
  name: "IllegalTransitionError",
  description: "What was asked for cannot be done to an alert in this state: nothing was done.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    alert: t.field({ type: AlertRef, description: NOW, resolve: ({ about }) => about.alert }),
    change: t.field({
      type: AlertChangeEnum,
      description: "What was asked for.",
      resolve: ({ about }) => about.change,
    }),
    legalFrom: t.field({
      type: [AlertStateEnum],
      description: "The states from which it can be done.",
      resolve: ({ about }) => about.legalFrom,
    }),
  }),
});

const NewNormalRefusedRef = builder.objectType(NewNormalRefusedError, {
  name: "NewNormalRefusedError",
  description: "What this alert is about cannot become normal by being called so: nothing was done.",
  interfaces: [ErrorInterface],
  fields: (t) => ({ alert: t.expose("alert", { type: AlertRef, description: NOW }) }),
});

const AlertNotFoundRef = builder.objectType(AlertNotFoundError, {
  name: "AlertNotFoundError",
  description: "There is no such alert.",
  interfaces: [ErrorInterface],
  fields: (t) => ({ id: t.exposeID("id", { description: "The id that was asked about." }) }),
});

export const AlertActionResultRef = builder.unionType("AlertActionResult", {
  description: "What came of it for one alert.",
  types: [AlertActedRef, AlertConflictRef, IllegalTransitionRef, NewNormalRefusedRef, AlertNotFoundRef],
  resolveType: (answer) => answer.constructor.name,
});

export type AlertAnswer =
  | AlertActed
  | AlertConflictError
  | IllegalTransitionError
  | NewNormalRefusedError
  | AlertNotFoundError;

export function toAnswer(result: ActionResult): AlertAnswer {
  return match(result)
    .returnType<AlertAnswer>()
    .with({ kind: "changed" }, ({ alert }) => new AlertActed(alert, true))
    .with({ kind: "unchanged" }, ({ alert }) => new AlertActed(alert, false))
    .with({ kind: "conflict" }, ({ alert, expectedVersion }) =>
      new AlertConflictError(
        `Alert ${alert.id} is at version ${alert.version} by now, not ${expectedVersion}: look at it and act on what it is.`,
        alert,
        expectedVersion,
      ))
    .with({ kind: "illegal" }, ({ alert, change, legalFrom }) =>
      new IllegalTransitionError(
        `Alert ${alert.id} cannot be ${change} while it is ${alert.state}, only while it is ${legalFrom.join(" or ")}.`,
        { alert, change, legalFrom },
      ))
    .with({ kind: "refused" }, ({ alert, why }) => new NewNormalRefusedError(why, alert))
    .with(
      { kind: "not_found" },
      ({ id }) => new AlertNotFoundError("There is no such alert.", encodeGlobalID("Alert", String(id))),
    )
    .exhaustive();
}
