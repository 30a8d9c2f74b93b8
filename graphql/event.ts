/** All that happens, as it happens. */
import { type FollowedEvent, followEvents } from "../src/operations/follow_events.ts";
import { builder } from "./builder.ts";
import { clearLoaders } from "./loaders.ts";
import { AlertRef, BatchRef } from "./nodes.ts";

const EventRef = builder.objectRef<FollowedEvent>("Event").implement({
  description: "Something that has happened.",
  fields: (t) => ({
    cursor: t.exposeString("cursor", { description: "Hand it over as `after` to go on behind this event." }),
    type: t.exposeString("type", {
      description: "What happened: `batch.accepted`, `batch.processed`, `batch.failed`, `alert.opened` and so on, " +
        "`window.opened`, `window.closed`, `flood.began`, `flood.ended`, `worker.seen`, `worker.lost`. More may come.",
    }),
    body: t.exposeString("body", { description: "What it was about, as it was then, as JSON text." }),
    batch: t.field({
      type: BatchRef,
      nullable: true,
      description: "The batch that it is about, as it is now; null when it is about none.",
      resolve: ({ batchId }, _args, { loaders }) => batchId === undefined ? null : loaders.batches.load(batchId),
    }),
    alert: t.field({
      type: AlertRef,
      nullable: true,
      description: "The alert that it is about, as it is now; null when it is about none.",
      resolve: ({ alertId }, _args, { loaders }) => alertId === undefined ? null : loaders.alerts.load(alertId),
    }),
  }),
});

builder.subscriptionField("events", (t) =>
  t.field({
    access: "read",
    type: EventRef,
    description: "All that happens, in order, each once. With `after`, first all that happened behind that cursor; " +
      "without, from now on. What people asked for is in `audit`.",
    args: {
      after: t.arg.string({
        description:
          "Cursor of the last event seen. Over SSE the header Last-Event-ID does the same, and counts before this.",
      }),
      types: t.arg.stringList({ description: "Only events whose type begins with one of these, such as `batch.`." }),
    },
    async subscribe(_root, { after, types }, { scope, signal, lastEventId, position }) {
      const { cursor, events } = await followEvents(scope, {
        after: lastEventId ?? after ?? undefined,
        types: types ?? undefined,
        signal,
        onPassed: (passed) => position.cursor = passed,
      });
      position.cursor = cursor;
      return events;
    },
    resolve(event, _args, { position, loaders }) {
      position.cursor = event.cursor;
      clearLoaders(loaders);
      return event;
    },
  }));
