/** Whom an alert would have reached. */
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import type { RouteDecision } from "../../src/domain/alerting/route.ts";
import {
  type PreviewedNotice,
  previewRouting,
  type RoutingPreview,
} from "../../src/operations/alerting/preview_routing.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { AlertRef } from "../nodes.ts";
import { OccasionEnum } from "./notification.ts";
import { RoutingInputType, toRouting } from "./route_input.ts";

const RouteDecisionRef = builder.objectRef<RouteDecision>("RouteDecision").implement({
  description: "What a route does with an alert.",
  fields: (t) => ({
    route: t.exposeString("route", { description: "Key of the route." }),
    taken: t.exposeBoolean("taken", { description: "Whether it takes the alert." }),
    reason: t.exposeString("reason", { description: "Why, or why not." }),
  }),
});

export const PreviewedNoticeRef = builder.objectRef<PreviewedNotice>("PreviewedNotice").implement({
  description: "A notification as there would have been.",
  fields: (t) => ({
    at: t.expose("at", { type: "DateTime", description: "When." }),
    channel: t.exposeString("channel", { description: "Key of the channel." }),
    occasion: t.expose("occasion", { type: OccasionEnum, description: "What it would have told of." }),
    reason: t.exposeString("reason", { description: "Why, in a sentence." }),
  }),
});

const RoutingPreviewRef = builder.objectRef<RoutingPreview>("RoutingPreview").implement({
  description: "Whom an alert would have reached.",
  fields: (t) => ({
    decisions: t.expose("decisions", {
      type: [RouteDecisionRef],
      description: "What each route does with it, in order.",
    }),
    notices: t.expose("notices", {
      type: [PreviewedNoticeRef],
      description: "Who would have been told when, had nobody acknowledged it: the first 50 moments.",
    }),
  }),
});

builder.queryField("routingPreview", (t) =>
  t.field({
    type: RoutingPreviewRef,
    access: "read",
    description: "Whom an alert would have reached. Nothing is sent.",
    args: {
      alert: t.arg.globalID({ required: true, for: AlertRef, description: "Id of an alert." }),
      routing: t.arg({ type: RoutingInputType, description: "A routing to try; left out: the one that holds." }),
      at: t.arg({
        type: "DateTime",
        description: "When it would have become known; left out: when it opened, in data time.",
      }),
    },
    complexity: { field: LOOKUP_COST, multiplier: 20 },
    resolve: (_root, { alert, routing, at }, { scope }) =>
      previewRouting(scope, {
        alertId: rowId<AlertId>(String(alert.id)),
        routing: routing == null ? undefined : toRouting(routing),
        at: at ?? undefined,
      }),
  }));
