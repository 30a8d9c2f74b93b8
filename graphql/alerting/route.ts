/** Who is told of which alerts. */
import type { Route, RouteStep } from "../../src/domain/alerting/route.ts";
import { formatMinutes, type TimeWindow } from "../../src/domain/alerting/time_window.ts";
import { saveRouting } from "../../src/operations/alerting/save_routing.ts";
import type { SavedRouting } from "../../src/ports/alerting/route.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { AssetRef } from "../nodes.ts";
import { SeverityEnum } from "./enums.ts";
import { HOURS, ROUTE_ABOUT, SaveRoutingInput, toRouting, WeekdayEnum } from "./route_input.ts";

const TimeWindowRef = builder.objectRef<TimeWindow>("TimeWindow").implement({
  description: "Hours on days of the week, in the routing's time zone.",
  fields: (t) => ({
    days: t.expose("days", { type: [WeekdayEnum], description: "The days on which it begins." }),
    from: t.string({ description: HOURS, resolve: ({ from }) => formatMinutes(from) }),
    to: t.string({
      description: `${HOURS} Not later than \`from\`: on the next day.`,
      resolve: ({ to }) => formatMinutes(to),
    }),
  }),
});

const RouteStepRef = builder.objectRef<RouteStep>("RouteStep").implement({
  description: "Recipients whose turn it is.",
  fields: (t) => ({
    after: t.field({
      type: "Duration",
      nullable: true,
      description: "How long nobody has acknowledged the alert; null: at once.",
      resolve: ({ afterMs }) => afterMs || null,
    }),
    channels: t.exposeStringList("channels", { description: "Keys of channels." }),
  }),
});

const RouteRef = builder.objectRef<Route>("Route").implement({
  description: "Which alerts, and who is told of them when.",
  fields: (t) => ({
    key: t.exposeString("key", { description: ROUTE_ABOUT.key }),
    severityMin: t.expose("severityMin", { type: SeverityEnum, nullable: true, description: ROUTE_ABOUT.severityMin }),
    kinds: t.exposeStringList("kinds", { nullable: true, description: ROUTE_ABOUT.kinds }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: ROUTE_ABOUT.asset,
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    during: t.expose("during", { type: [TimeWindowRef], nullable: true, description: ROUTE_ABOUT.during }),
    quiet: t.expose("quiet", { type: [TimeWindowRef], nullable: true, description: ROUTE_ABOUT.quiet }),
    quietBelow: t.expose("quietBelow", { type: SeverityEnum, description: ROUTE_ABOUT.quietBelow }),
    onDelay: t.field({
      type: "Duration",
      nullable: true,
      description: ROUTE_ABOUT.onDelay,
      resolve: ({ onDelayMs }) => onDelayMs || null,
    }),
    keepFiring: t.field({
      type: "Duration",
      nullable: true,
      description: ROUTE_ABOUT.keepFiring,
      resolve: ({ keepFiringMs }) => keepFiringMs || null,
    }),
    remindEvery: t.expose("remindEveryMs", {
      type: "Duration",
      nullable: true,
      description: ROUTE_ABOUT.remindEvery,
    }),
    steps: t.expose("steps", { type: [RouteStepRef], description: ROUTE_ABOUT.steps }),
    goOn: t.exposeBoolean("goOn", { description: ROUTE_ABOUT.goOn }),
  }),
});

const RoutingRef = builder.objectRef<SavedRouting>("Routing").implement({
  description: "All routes of a tenant, as one document.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "Rises by one with each change." }),
    timeZone: t.exposeString("timeZone", { description: "Zone that hours are in, by its IANA name." }),
    routes: t.expose("routes", {
      type: [RouteRef],
      description: "In their order: the first one that an alert matches takes it.",
      complexity: { multiplier: 10 },
    }),
    savedBy: t.exposeString("savedBy", { description: "Who saved this version." }),
    savedAt: t.expose("savedAt", { type: "DateTime", description: "When this version was saved." }),
  }),
});

const SaveRoutingPayload = builder.objectRef<{ routing: SavedRouting }>("SaveRoutingPayload").implement({
  description: "It is saved.",
  fields: (t) => ({ routing: t.expose("routing", { type: RoutingRef, description: "The routing as it is now." }) }),
});

builder.queryFields((t) => ({
  routing: t.field({
    type: RoutingRef,
    nullable: true,
    access: "read",
    description: "Who is told of which alerts; null: nobody is.",
    args: { version: t.arg.int({ description: "A former version; left out: the one that holds." }) },
    complexity: LOOKUP_COST,
    resolve: (_root, { version }, { scope }) => scope.store.routing.version(scope.tenant.id, version ?? undefined),
  }),
}));

builder.mutationField("saveRouting", (t) =>
  t.field({
    type: SaveRoutingPayload,
    access: "configure",
    description: "Says who is told of which alerts, all of it at once. It holds from the next change of an alert on.",
    errors: {},
    args: { input: t.arg({ type: SaveRoutingInput, required: true, description: "The routes." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        routing: await saveRouting(scope, {
          ...toRouting(input),
          expectedVersion: input.expectedVersion ?? undefined,
        }),
      })),
  }));
