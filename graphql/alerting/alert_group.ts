/** Alerts of sensors that are told by an alert of their asset. */
import { builder } from "../builder.ts";
import { AlertRef } from "../nodes.ts";
import { firstArgs, firstOf, listCost } from "../page.ts";

const MEMBERS = { usually: 20 };

builder.objectFields(AlertRef, (t) => ({
  group: t.field({
    type: AlertRef,
    nullable: true,
    description:
      "The alert of its sensor's asset that tells of it too, as their episodes share some time; null for one that stands " +
      "for itself.",
    resolve: async ({ id, sensorId }, _args, { loaders }) => {
      const group = sensorId === undefined ? null : await loaders.alertGroups.load(id);
      return group === null ? null : await loaders.alerts.load(group);
    },
  }),
  members: t.field({
    type: [AlertRef],
    description: "Of an alert of an asset: those of its sensors that it tells of, oldest first; otherwise none.",
    args: firstArgs(MEMBERS),
    complexity: listCost(MEMBERS),
    resolve: async ({ id, assetId }, { first }, { loaders }) => {
      const limit = firstOf(first, MEMBERS);
      if (assetId === undefined) return [];
      const members = await loaders.alertMembers.load({ of: id, limit });
      return await Promise.all(members.map((member) => loaders.alerts.load(member)));
    },
  }),
}));
