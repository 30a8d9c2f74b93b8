/** What another routing, a shelf or a maintenance window would have made of the alerts of a range. */
import type { Alert, AlertId } from "../../src/domain/alerting/alert.ts";
import type { PreviewedAlert } from "../../src/domain/alerting/preview.ts";
import { type AlertingPreview, previewAlerting } from "../../src/operations/alerting/preview_alerting.ts";
import type { OpenedPlace } from "../../src/ports/alerting/alert.ts";
import { invalid } from "../../src/operations/errors.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { AlertRef } from "../nodes.ts";
import { firstArgs, firstOf, listCost, type PlaceCodec, readPlace, writePlace } from "../page.ts";
import { RoutingInputType, toRouting } from "./route_input.ts";
import { PreviewedNoticeRef } from "./route_preview.ts";

const LOOKED_AT = { usually: 1_000 };
const CHANGED = { usually: 20, most: 200 };

const PLACE: PlaceCodec<Alert, OpenedPlace> = {
  write: ({ openedAt, id }) => `opened:${openedAt}:${id}`,
  read(text) {
    const [, openedAt, id] = /^opened:(-?\d{1,15}(?:\.\d{1,6})?):(\d{1,15})$/.exec(text) ?? [];
    return id === undefined ? undefined : { openedAt: Number(openedAt), id: Number(id) as AlertId };
  },
};

const HidingInput = builder.inputType("HidingInput", {
  description: "What might have hidden alerts: a shelf or a maintenance window that is only thought of.",
  fields: (t) => ({
    sensor: t.string({ description: "Key of a sensor; either it or `asset`." }),
    asset: t.string({ description: "Key of an asset; either it or `sensor`." }),
    shelvedKind: t.string({
      description:
        "A shelf: alerts of this kind, of exactly this sensor or asset. Left out: a maintenance window, for " +
        "alerts of all kinds, also of all below the asset.",
    }),
    from: t.field({ type: "DateTime", description: "From this data time on; left out: from that of the range." }),
    to: t.field({ type: "DateTime", description: "Until before this one; left out: to that of the range." }),
  }),
});

const PreviewedAlertRef = builder.objectRef<PreviewedAlert>("PreviewedAlert").implement({
  description: "An alert for which something would have been different.",
  fields: (t) => ({
    alert: t.expose("alert", { type: AlertRef, description: "The alert as it is now." }),
    hiddenFrom: t.field({
      type: "DateTime",
      nullable: true,
      description: "From when on it would have been hidden; null: it would not.",
      resolve: ({ hidden }) => hidden?.from ?? null,
    }),
    hiddenTo: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it would have shown again; null: not before it was over, or it would not have been hidden.",
      resolve: ({ hidden }) => hidden?.to ?? null,
    }),
    before: t.expose("before", {
      type: [PreviewedNoticeRef],
      description: "Who would have been told as things are.",
      complexity: { multiplier: 3 },
    }),
    after: t.expose("after", {
      type: [PreviewedNoticeRef],
      description: "Who would have been told as it is thought of.",
      complexity: { multiplier: 3 },
    }),
  }),
});

interface Reach {
  readonly channel: string;
  readonly before: { alerts: number; notices: number };
  readonly after: { alerts: number; notices: number };
}

const ReachRef = builder.objectRef<Reach>("ChannelPreview").implement({
  description: "What would have reached a recipient, as things are and as they are thought of.",
  fields: (t) => ({
    channel: t.exposeString("channel", { description: "Key of the channel." }),
    alertsBefore: t.int({ description: "Alerts, as things are.", resolve: ({ before }) => before.alerts }),
    alertsAfter: t.int({ description: "Alerts, as it is thought of.", resolve: ({ after }) => after.alerts }),
    noticesBefore: t.int({ description: "Messages, as things are.", resolve: ({ before }) => before.notices }),
    noticesAfter: t.int({ description: "Messages, as it is thought of.", resolve: ({ after }) => after.notices }),
  }),
});

const AlertingPreviewRef = builder.objectRef<AlertingPreview>("AlertingPreview").implement({
  description: "What would have been different. It says how many alerts it has looked at, and where to go on.",
  fields: (t) => ({
    alerts: t.int({ description: "Alerts that it has looked at.", resolve: ({ alerts }) => alerts.length }),
    endCursor: t.string({
      nullable: true,
      description: "There are more than it has looked at: hand it over as `after` to go on. Null: these were all.",
      resolve: ({ cutBehind }) => cutBehind === undefined ? null : writePlace(cutBehind, PLACE),
    }),
    hidden: t.int({
      description: "Alerts that would have been hidden for a time.",
      resolve: ({ alerts }) => alerts.filter(({ hidden }) => hidden !== undefined).length,
    }),
    hiddenWholly: t.int({
      description: "Those of them that would have been hidden from their beginning to their end.",
      resolve: ({ alerts }) =>
        alerts.filter(({ alert, hidden }) => hidden?.from === alert.openedAt && hidden.to === undefined).length,
    }),
    untold: t.int({
      description: "Alerts that somebody is told of as things are, and that nobody would have been told of.",
      resolve: ({ alerts }) => alerts.filter(({ before, after }) => before.length > 0 && after.length === 0).length,
    }),
    channels: t.field({
      type: [ReachRef],
      description: "What would have reached whom.",
      complexity: { multiplier: 10 },
      resolve: ({ alerts }) => reachOf(alerts),
    }),
    changed: t.field({
      type: [PreviewedAlertRef],
      description: "The first alerts for which something would have been different, in the order in which they opened.",
      args: firstArgs(CHANGED),
      complexity: listCost(CHANGED),
      resolve: ({ alerts }, { first }) => alerts.filter(isChanged).slice(0, firstOf(first, CHANGED)),
    }),
  }),
});

function isChanged({ hidden, before, after }: PreviewedAlert): boolean {
  return hidden !== undefined || before.length !== after.length ||
    before.some(({ at, channel, occasion }, i) =>
      after[i].at !== at || after[i].channel !== channel || after[i].occasion !== occasion
    );
}

function reachOf(alerts: readonly PreviewedAlert[]): Reach[] {
  const reach = new Map<string, Reach>();
  for (const one of alerts) {
    for (const part of ["before", "after"] as const) {
      for (const [channel, notices] of Map.groupBy(one[part], ({ channel }) => channel)) {
        const own = reach.get(channel) ??
          { channel, before: { alerts: 0, notices: 0 }, after: { alerts: 0, notices: 0 } };
        own[part].alerts++;
        own[part].notices += notices.length;
        reach.set(channel, own);
      }
    }
  }
  return [...reach.values()].sort((a, b) => a.channel < b.channel ? -1 : 1);
}

builder.queryField("alertingPreview", (t) =>
  t.field({
    type: AlertingPreviewRef,
    access: "read",
    description:
      "What another routing, a shelf or a maintenance window would have made of the alerts of a range, with " +
      "what people did about them. Nothing is sent or changed.",
    args: {
      from: t.arg({ type: "DateTime", required: true, description: "Alerts that opened from this data time on." }),
      to: t.arg({ type: "DateTime", required: true, description: "Until before this one: 366 days later at most." }),
      routing: t.arg({ type: RoutingInputType, description: "A routing to try; left out: the one that holds." }),
      hiding: t.arg({ type: [HidingInput], description: "What might have hidden alerts; at most 20." }),
      after: t.arg.string({ description: "`endCursor` of the answer before; left out: from the beginning." }),
      first: t.arg.int({
        defaultValue: LOOKED_AT.usually,
        description: "How many alerts to look at, at most; an elaborate routing may stop it earlier: 1 to 1,000.",
      }),
    },
    complexity: { field: 5 * LOOKUP_COST, multiplier: 1 },
    resolve: (_root, { from, to, routing, hiding, after, first }, { scope }) => {
      const behind = after == null ? undefined : readPlace(after, PLACE);
      if (behind !== undefined && behind.openedAt < from) throw invalid("after", "The cursor is of another range.");
      return previewAlerting(scope, {
        from,
        to,
        routing: routing == null ? undefined : toRouting(routing),
        hidings: (hiding ?? []).map(({ sensor, asset, shelvedKind, from, to }) => ({
          sensorKey: sensor ?? undefined,
          assetKey: asset ?? undefined,
          kind: shelvedKind ?? undefined,
          from: from ?? undefined,
          to: to ?? undefined,
        })),
        behind,
        limit: firstOf(first, LOOKED_AT),
      });
    },
  }));
