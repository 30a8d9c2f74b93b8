/** Messages about alerts and what became of them. */
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import {
  type Delivery,
  type Notification,
  NOTIFICATION_STATES,
  type NotificationId,
  OCCASIONS,
} from "../../src/domain/alerting/notification.ts";
import { replayNotifications } from "../../src/operations/alerting/replay_notifications.ts";
import type { NotificationFilter } from "../../src/ports/alerting/notification.ts";
import { builder, enumValues } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { keyArg } from "../keys.ts";
import { orNull } from "../loaders.ts";
import { AlertRef } from "../nodes.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";

export const OccasionEnum = builder.enumType("NotificationOccasion", {
  description: "What a notification tells of.",
  values: enumValues(OCCASIONS),
});

const NotificationStateEnum = builder.enumType("NotificationState", {
  description: "What became of a notification.",
  values: enumValues(NOTIFICATION_STATES),
});

const DeliveryRef = builder.objectRef<Delivery>("Delivery").implement({
  description: "One attempt to bring a notification to its recipient.",
  fields: (t) => ({
    attempt: t.exposeInt("attempt", { description: "Its number, from 1." }),
    channelVersion: t.exposeInt("channelVersion", {
      description: "Version of the channel that it went by; 0: there was none.",
    }),
    endedAt: t.expose("endedAt", { type: "DateTime", description: "When it had ended." }),
    arrived: t.exposeBoolean("arrived", { description: "Whether the recipient took it." }),
    detail: t.exposeString("detail", { description: "What the recipient answered, or what went wrong." }),
  }),
});

const NotificationRef = builder.objectRef<Notification>("Notification");
builder.node(NotificationRef, {
  description: "A message about an alert to one recipient.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<NotificationId>(id) },
  loadMany: (ids, { loaders }) => orNull(loaders.notifications, ids),
  fields: (t) => ({
    key: t.exposeString("key", { description: "The same in every attempt: a webhook gets it as `webhook-id`." }),
    alert: t.field({
      type: AlertRef,
      description: "What it is about.",
      resolve: ({ alertId }, _args, { loaders }) => loaders.alerts.load(alertId),
    }),
    channel: t.exposeString("channel", { description: "Key of the channel that it goes to." }),
    occasion: t.expose("occasion", { type: OccasionEnum, description: "What it tells of." }),
    route: t.exposeString("route", { description: "Key of the route that decided it." }),
    routingVersion: t.exposeInt("routingVersion", { description: "Version of the routing that decided it." }),
    reason: t.exposeString("reason", { description: "Why this recipient gets it, in a sentence." }),
    state: t.expose("state", { type: NotificationStateEnum, description: "What became of it." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was decided." }),
    nextAttemptAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it is tried next; null when it is not.",
      resolve: ({ state, dueAt }) => state === "pending" ? dueAt : null,
    }),
    deliveries: t.field({
      type: [DeliveryRef],
      description: "Each attempt, oldest first.",
      complexity: { multiplier: 3 },
      resolve: ({ id }, _args, { loaders }) => loaders.deliveries.load(id),
    }),
  }),
});

const NotificationFilterInput = builder.inputType("NotificationFilter", {
  description: "Which notifications: all that is said has to hold; what is left out asks nothing.",
  fields: (t) => ({
    states: t.field({ type: [NotificationStateEnum], description: "One of these; DEAD for dead letters." }),
    channel: t.string({ description: "Key of a channel." }),
    alert: t.globalID({ for: AlertRef, description: "Id of an alert." }),
  }),
});

const NotificationConnection = builder.connectionObject({
  type: NotificationRef,
  name: "NotificationConnection",
  fields: (t) => ({
    totalCount: t.float({
      description: "How many there are in all, on whatever page.",
      resolve: (page) => (page as unknown as { count: () => Promise<number> }).count(),
    }),
  }),
});

builder.queryField("notifications", (t) =>
  t.field({
    type: NotificationConnection,
    access: "read",
    description: "What people and programs were told, the last first.",
    args: {
      ...PAGE_ARGS,
      filter: t.arg({ type: NotificationFilterInput, description: "Only those that it describes." }),
    },
    complexity: pageCost,
    async resolve(_root, { filter: given, ...args }, { scope: { store, tenant } }) {
      const filter: NotificationFilter = {
        states: given?.states ?? undefined,
        channel: given?.channel == null ? undefined : keyArg("channel", given.channel),
        alertId: given?.alert == null ? undefined : rowId<AlertId>(String(given.alert.id)),
      };
      const page = await connectionOf(args, (page) => store.notifications.page(tenant.id, { ...page, ...filter }));
      return { ...page, count: () => store.notifications.count(tenant.id, filter) };
    },
  }));

const ReplayNotificationsInput = builder.inputType("ReplayNotificationsInput", {
  description: "Either notifications, or a channel: all of it that are dead.",
  fields: (t) => ({
    ids: t.globalIDList({ for: NotificationRef, description: "Ids of dead notifications, at most 1,000." }),
    channel: t.string({ description: "Key of a channel." }),
  }),
});

const ReplayNotificationsPayload = builder.objectRef<{ notifications: Notification[] }>("ReplayNotificationsPayload")
  .implement({
    description: "They are tried again.",
    fields: (t) => ({
      notifications: t.expose("notifications", {
        type: [NotificationRef],
        description: "Those that were taken up again, oldest first: at most 1,000; call again for more.",
      }),
    }),
  });

builder.mutationField("replayNotifications", (t) =>
  t.field({
    type: ReplayNotificationsPayload,
    access: "operate",
    description: "Takes dead notifications up again, as they were. Those that are not dead are left alone.",
    errors: {},
    args: { input: t.arg({ type: ReplayNotificationsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { ids, channel } }, { scope }) =>
      asResult(async () => ({
        notifications: await replayNotifications(scope, {
          ids: ids?.map(({ id }) => rowId<NotificationId>(String(id))),
          channel: channel == null ? undefined : keyArg("channel", channel),
        }),
      })),
  }));
