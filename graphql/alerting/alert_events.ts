/** Alerts as they change. */
import { followAlerts, type FollowedAlert } from "../../src/operations/alerting/follow_alerts.ts";
import { builder } from "../builder.ts";
import { clearLoaders } from "../loaders.ts";
import { AlertRef } from "../nodes.ts";
import { AlertFilterInput, toQuery } from "./alert_list.ts";
import { AlertChangeEnum } from "./enums.ts";

const AlertEventRef = builder.objectRef<FollowedAlert>("AlertEvent").implement({
  description: "A change of an alert.",
  fields: (t) => ({
    cursor: t.exposeString("cursor", { description: "Hand it over as `after` to go on behind this event." }),
    change: t.expose("change", { type: AlertChangeEnum, description: "What happened to the alert." }),
    actor: t.string({
      nullable: true,
      description: "Who did it: a person, or the service itself; null for what earlier releases have told of.",
      resolve: ({ actor }) => actor ?? null,
    }),
    note: t.string({
      nullable: true,
      description: "The reason or comment of whoever did it.",
      resolve: ({ note }) => note ?? null,
    }),
    detail: t.string({
      nullable: true,
      description: "What it was done with: the end of the shelf, the new owner, why it is hidden.",
      resolve: ({ detail }) => detail ?? null,
    }),
    alert: t.expose("alert", {
      type: AlertRef,
      description: "The alert as it was then; what it leads to is as it is now.",
    }),
  }),
});

builder.subscriptionField("alerts", (t) =>
  t.field({
    access: "read",
    type: AlertEventRef,
    description:
      "Changes of alerts, in order, each once. With `after`, first all that happened behind that cursor; without, from now on.",
    args: {
      after: t.arg.string({
        description:
          "Cursor of the last event seen. Over SSE the header Last-Event-ID does the same, and counts before this.",
      }),
      filter: t.arg({
        type: AlertFilterInput,
        description: "Only events of alerts that it describes, as they were then. The order of the log stays.",
      }),
    },
    async subscribe(_root, { after, filter }, { scope, signal, lastEventId, position }) {
      // A browser that reconnects sends its first address again, and where it is by then in the header.
      const { cursor, events } = await followAlerts(scope, {
        after: lastEventId ?? after ?? undefined,
        filter: filter == null ? undefined : toQuery(undefined, filter),
        signal,
        onPassed: (passed) => position.cursor = passed,
      });
      position.cursor = cursor;
      return events;
    },
    resolve(event, _args, { position, loaders }) {
      position.cursor = event.cursor;
      // What an event leads to is looked up when it comes, and not kept for the next one.
      clearLoaders(loaders);
      return event;
    },
  }));
