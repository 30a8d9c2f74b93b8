/** What is still to come of an alert. */
import type { AlertTimer } from "../../src/ports/alerting/timer.ts";
import { builder } from "../builder.ts";
import { AlertRef } from "../nodes.ts";

const AlertTimerRef = builder.objectRef<AlertTimer>("AlertTimer").implement({
  description: "The next moment at which somebody may have to be told of an alert.",
  fields: (t) => ({
    at: t.expose("nextAt", { type: "DateTime", description: "When." }),
    what: t.exposeString("what", { description: "What comes then, such as the next step of an escalation." }),
    temporalUrl: t.string({
      nullable: true,
      description: "The workflow that waits for it, in the Temporal UI.",
      resolve: ({ alertId }, _args, { scope: { workflows, tenant } }) => workflows.alertUrl(tenant.key, alertId),
    }),
  }),
});

builder.objectField(AlertRef, "next", (t) =>
  t.field({
    type: AlertTimerRef,
    nullable: true,
    description: "What is still to come, if nobody does anything about it; null when nothing is.",
    resolve: ({ id }, _args, { loaders }) => loaders.alertTimers.load(id),
  }));
