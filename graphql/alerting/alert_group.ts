/** Alerts by the asset that they are about. */
import { cursorOfNow } from "../../src/operations/alerting/follow_alerts.ts";
import { listAlerts } from "../../src/operations/alerting/list_alerts.ts";
import type { AlertGroup } from "../../src/ports/alerting/alert.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { AlertRef, AssetRef } from "../nodes.ts";
import { firstArgs, firstOf, listCost } from "../page.ts";
import { AlertFilterInput, toQuery } from "./alert_list.ts";
import { SeverityEnum } from "./enums.ts";

const GROUPS = { usually: 50, most: 200 };
/** As many as the store hands out with each. */
const ALERTS = { usually: 5, most: 20 };

const AlertGroupRef = builder.objectRef<AlertGroup>("AlertGroup").implement({
  description: "The alerts that are about one asset itself or about its own sensors.",
  fields: (t) => ({
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset; null for alerts about no asset (`unplaced`).",
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    count: t.exposeFloat("count", { description: "How many there are under the filter." }),
    unacknowledged: t.exposeFloat("unacknowledged", {
      description:
        "Of these, those that ask for a person: the condition stands, nobody has seen it, and nothing hides it.",
    }),
    worst: t.expose("worst", { type: SeverityEnum, description: "The highest severity among them." }),
    worstUnacknowledged: t.expose("worstUnacknowledged", {
      type: SeverityEnum,
      nullable: true,
      description: "The highest severity among those that ask for a person; null when none does.",
    }),
    alerts: t.field({
      type: [AlertRef],
      description:
        "The first of them, the most urgent first, of those the last opened; for more, ask `alerts` with `onAsset`.",
      args: firstArgs(ALERTS),
      complexity: listCost(ALERTS),
      resolve: ({ first: ids }, { first }, { loaders }) =>
        Promise.all(ids.slice(0, firstOf(first, ALERTS)).map((id) => loaders.alerts.load(id))),
    }),
  }),
});

interface AlertGroups {
  readonly eventCursor: string;
  readonly groups: readonly AlertGroup[];
}

const AlertGroupsRef = builder.objectRef<AlertGroups>("AlertGroups").implement({
  description: "Alerts by asset.",
  fields: (t) => ({
    eventCursor: t.exposeString("eventCursor", {
      description: "To follow them without a gap: hand it to the subscription `alerts` as `after`.",
    }),
    groups: t.expose("groups", {
      type: [AlertGroupRef],
      // As many as the field that leads here asks for.
      complexity: { multiplier: 1 },
      description: "That where the most urgent alert asks for a person first, then that with the most urgent.",
    }),
  }),
});

builder.queryField("alertGroups", (t) =>
  t.field({
    access: "read",
    type: AlertGroupsRef,
    description: "Alerts under a filter, by the asset that they are about.",
    args: {
      ...firstArgs(GROUPS),
      filter: t.arg({ type: AlertFilterInput, description: "Only those that it describes." }),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, ...listCost(GROUPS)({ first }) }),
    async resolve(_root, { first, filter }, { scope }) {
      const list = await listAlerts(scope, toQuery(undefined, filter));
      // Before them, as with a page of a list.
      const eventCursor = await cursorOfNow(scope);
      return { eventCursor, groups: await list.groups(firstOf(first, GROUPS)) };
    },
  }));
