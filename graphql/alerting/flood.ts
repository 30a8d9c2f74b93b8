/** Times of more alerts than a person can take in. */
import type { Flood } from "../../src/domain/alerting/flood.ts";
import { builder } from "../builder.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";

const FloodRef = builder.objectRef<Flood>("AlertFlood").implement({
  description:
    "A time of more alerts than a person can take in (ISA-18.2): more than 10 that show in 10 minutes, until " +
    "fewer than 5 do.",
  fields: (t) => ({
    beganAt: t.expose("beganAt", { type: "DateTime", description: "When it was noticed, by the clock." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was over; null while it lasts.",
    }),
    peak: t.exposeInt("peak", { description: "The most alerts in 10 minutes that showed." }),
    alerts: t.exposeInt("alerts", { description: "All that opened, from 10 minutes before it was noticed." }),
  }),
});

const FloodConnection = builder.connectionObject({ type: FloodRef, name: "AlertFloodConnection" });

builder.queryField("alertFloods", (t) =>
  t.field({
    access: "read",
    type: FloodConnection,
    description:
      "Times of more alerts than a person can take in, the newest first. The event log tells of them too, as " +
      "`flood.began` and `flood.ended`.",
    args: PAGE_ARGS,
    complexity: pageCost,
    resolve: (_root, args, { scope }) => connectionOf(args, (page) => scope.store.floods.page(scope.tenant.id, page)),
  }));
