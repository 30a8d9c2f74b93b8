/** Alerts by number, by the time that their episodes take, and by what came before. */
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import { type Cause, causeOf } from "../../src/domain/alerting/cause.ts";
import { listEpisodes } from "../../src/operations/alerting/list_episodes.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { firstArgs, firstOf, listCost } from "../page.ts";
import { AlertRef } from "../nodes.ts";

const SIMILAR = { usually: 5, most: 50 };
const EPISODES = { usually: 20, most: 1_000 };
const URGENT = { usually: 5, most: 50 };

const CauseRef = builder.objectRef<Cause>("AlertCause").implement({
  description: "Why an alert was opened or last raised, in parts.",
  fields: (t) => ({
    detector: t.exposeString("detector", { description: "The detector that scored highest." }),
    value: t.exposeFloat("value", { description: "Value of the reading." }),
    usual: t.exposeFloat("usual", {
      nullable: true,
      description: "What was usual by the numbers that it was judged by; null when none of them says.",
    }),
  }),
});

builder.objectFields(AlertRef, (t) => ({
  cause: t.field({
    type: CauseRef,
    nullable: true,
    description: "Why it was opened or last raised, in parts; `reason` says it in a sentence.",
    resolve: async ({ id }, _args, { loaders }) => {
      const last = (await loaders.proofs.load(id)).at(-1);
      return last && causeOf(last.evidence);
    },
  }),
  number: t.exposeFloat("id", { description: "Short, for people: `alertByNumber` finds it by this." }),
  similar: t.field({
    type: [AlertRef],
    description: "Alerts of the same kind about the same sensor or asset that were opened before, the newest first.",
    args: firstArgs(SIMILAR),
    complexity: listCost(SIMILAR),
    resolve: async ({ id }, { first }, { scope, loaders }) => {
      const ids = await scope.store.episodes.similar(scope.tenant.id, id, firstOf(first, SIMILAR));
      return await Promise.all(ids.map((id) => loaders.alerts.load(id)));
    },
  }),
}));

builder.queryFields((t) => ({
  alertByNumber: t.field({
    access: "read",
    type: AlertRef,
    nullable: true,
    description: "The alert that has this number; null when there is none.",
    args: { number: t.arg.float({ required: true, description: "Number of an alert." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { number }, { scope }) =>
      (await scope.store.alerts.byIds(scope.tenant.id, [rowId<AlertId>(String(number))])).at(0),
  }),
  urgentAlerts: t.field({
    access: "read",
    type: [AlertRef],
    description:
      "Alerts that need a person now: whose condition stands, whom nobody has seen, and which are neither shelved nor " +
      "suppressed; the most urgent first.",
    args: firstArgs(URGENT),
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? URGENT.usually }),
    resolve: async (_root, { first }, { scope, loaders }) => {
      const ids = await scope.store.episodes.urgent(scope.tenant.id, firstOf(first, URGENT));
      return await Promise.all(ids.map((id) => loaders.alerts.load(id)));
    },
  }),
  episodes: t.field({
    access: "read",
    type: [AlertRef],
    description: "Alerts whose episodes last into a stretch of data time, the last to begin first.",
    args: {
      sensor: t.arg.string({ description: "Key of a sensor: only what is about it." }),
      asset: t.arg.string({
        description: "Key of an asset: what is about it, all below it, and the sensors of these.",
      }),
      from: t.arg({ type: "DateTime", required: true, description: "Inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Exclusive." }),
      ...firstArgs(EPISODES),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? EPISODES.usually }),
    resolve: async (_root, { sensor, asset, from, to, first }, { scope, loaders }) => {
      const limit = firstOf(first, EPISODES);
      const found = await listEpisodes(scope, {
        sensorKey: sensor ?? undefined,
        assetKey: asset ?? undefined,
        from,
        to,
        limit,
      });
      return await Promise.all(found.map(({ alertId }) => loaders.alerts.load(alertId)));
    },
  }),
}));
