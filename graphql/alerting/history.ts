/** What has happened to an alert. */
import type { KnownTransition } from "../../src/domain/alerting/history.ts";
import { builder } from "../builder.ts";
import { AlertChangeEnum, AlertStateEnum } from "./enums.ts";

export const AlertTransitionRef = builder.objectRef<KnownTransition>("AlertTransition").implement({
  description: "Something that has happened to an alert.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "The alert's version behind it." }),
    change: t.expose("change", { type: AlertChangeEnum, description: "What happened." }),
    state: t.expose("state", { type: AlertStateEnum, description: "The alert's state behind it." }),
    actor: t.exposeString("actor", { description: "Who did it: a person, or the service itself." }),
    note: t.exposeString("note", { nullable: true, description: "The reason or comment of whoever did it." }),
    detail: t.exposeString("detail", {
      nullable: true,
      description:
        "What it was done with: the severity from then on, the end of the shelf, the new owner, why it is hidden.",
    }),
    time: t.expose("ts", {
      type: "DateTime",
      description: "When it was so: data time of what readings did, the clock's time of what somebody did.",
    }),
    knownAt: t.expose("knownAt", { type: "DateTime", description: "When the service knew of it." }),
  }),
});
