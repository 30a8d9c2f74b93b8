import { type AlertId, isHidden } from "../../src/domain/alerting/alert.ts";
import { instrumentStatus } from "../../src/domain/alerting/instrument.ts";
import type { Shelf } from "../../src/domain/alerting/shelf.ts";
import { cursorOfNow } from "../../src/operations/alerting/follow_alerts.ts";
import { type AlertList, type AlertQuery, listAlerts } from "../../src/operations/alerting/list_alerts.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { assetOf, orNull } from "../loaders.ts";
import { connectionOf, firstArgs, firstOf, listCost, PAGE_ARGS, pageCost } from "../page.ts";
import { AlertRef, AssetRef, BatchRef, SensorRef } from "../nodes.ts";
import { AlertStateEnum, AlertSuppressionEnum, InstrumentStatusEnum, KIND, SeverityEnum } from "./enums.ts";
import { EvidenceRef } from "./evidence.ts";
import { AlertTransitionRef } from "./history.ts";

const HISTORY = { usually: 20 };
const MEMBERS = { usually: 20 };

const ShelfRef = builder.objectRef<Shelf>("Shelf").implement({
  description: "An alert put aside: hidden, for a time that a person has chosen.",
  fields: (t) => ({
    until: t.expose("until", { type: "DateTime", description: "When it comes back by itself." }),
    by: t.exposeString("by", { description: "Who put it aside." }),
    reason: t.exposeString("reason", { description: "Why, in their words." }),
  }),
});

builder.node(AlertRef, {
  description: "The record that people act on, opened by an episode of anomalies.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<AlertId>(id) },
  loadMany: (ids, { loaders }) => orNull(loaders.alerts, ids),
  fields: (t) => ({
    kind: t.exposeString("kind", { description: KIND }),
    severity: t.expose("severity", { type: SeverityEnum, description: "How urgent it is." }),
    state: t.expose("state", {
      type: AlertStateEnum,
      description: "Whether it stands, and whether a person has seen it.",
    }),
    score: t.exposeFloat("score", { description: "Highest score of the episode so far, 0 to 1." }),
    reason: t.exposeString("reason", { description: "Why it was opened or last raised, in a sentence." }),
    episodeStart: t.expose("episodeStart", {
      type: "DateTime",
      description: "Data time of the episode's first anomaly.",
    }),
    openedAt: t.expose("openedAt", { type: "DateTime", description: "Data time of the reading that opened it." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "Data time at which the episode ended; null while it lasts.",
    }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      description: "The sensor that it is about; null when it is about an asset or a source.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset that it is about, or that its sensor belongs to; null when its sensor has none.",
      resolve: (alert, _args, { loaders }) => assetOf(alert, loaders),
    }),
    source: t.string({
      nullable: true,
      description: "Key of the source that it is about, when that has gone silent as a whole; null otherwise.",
      resolve: ({ sourceId }, _args, { loaders }) => sourceId === undefined ? null : loaders.sourceKeys.load(sourceId),
    }),
    instrumentStatus: t.field({
      type: InstrumentStatusEnum,
      nullable: true,
      description:
        "Its class of NAMUR NE 107 when it is about the instrument itself; null when it is about the process.",
      resolve: ({ sensorId, kind }) => sensorId === undefined ? null : instrumentStatus(kind) ?? null,
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch whose readings opened it; of a silence, the last one that was heard.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
    version: t.exposeInt("version", {
      description: "Counts what has happened to it: hand it over as `expectedVersion` to act on what you have seen.",
    }),
    latching: t.exposeBoolean("latching", {
      description: "Whether it waits for a reset once its condition is over and it has been seen.",
    }),
    assignee: t.exposeString("assignee", { nullable: true, description: "Who looks after it; null: nobody yet." }),
    shelf: t.expose("shelf", { type: ShelfRef, nullable: true, description: "The shelf that it is on; null: none." }),
    suppressedBy: t.expose("suppressedBy", {
      type: [AlertSuppressionEnum],
      description: "Why it is hidden by design; empty when it is not.",
    }),
    hidden: t.boolean({
      description: "Whether it bothers nobody now: it is shelved or suppressed (OPC UA Part 9: SuppressedOrShelved).",
      resolve: isHidden,
    }),
    parent: t.field({
      type: AlertRef,
      nullable: true,
      description:
        "The alert that it belongs to: of its asset, or the first of those that chatter; null when it is a root.",
      resolve: ({ parentId }, _args, { loaders }) => parentId === undefined ? null : loaders.alerts.load(parentId),
    }),
    members: t.field({
      type: [AlertRef],
      description: "The alerts that belong to it, newest first.",
      args: firstArgs(MEMBERS),
      complexity: listCost(MEMBERS),
      resolve: ({ id }, { first }, { loaders }) =>
        loaders.alertMembers.load({ of: id, limit: firstOf(first, MEMBERS) }),
    }),
    history: t.field({
      type: [AlertTransitionRef],
      description:
        "What has happened to it, the newest first. Alerts of earlier releases have one from their update on.",
      args: firstArgs(HISTORY),
      complexity: listCost(HISTORY),
      resolve: ({ id }, { first }, { loaders }) =>
        loaders.alertHistory.load({ of: id, limit: firstOf(first, HISTORY) }),
    }),
    evidence: t.field({
      type: [EvidenceRef],
      description: "The numbers behind each change, in data time.",
      complexity: { multiplier: 3 },
      resolve: ({ id }, _args, { loaders }) => loaders.proofs.load(id),
    }),
  }),
});

const AlertFilterInput = builder.inputType("AlertFilter", {
  description: "Which alerts: all that is said has to hold; what is left out asks nothing.",
  fields: (t) => ({
    sensor: t.string({ description: "Key of a sensor." }),
    asset: t.string({ description: "Key of an asset: it, all assets below it, and the sensors of all these." }),
    source: t.string({ description: "Key of a source: alerts that its batches opened." }),
    severities: t.field({ type: [SeverityEnum], description: "One of these." }),
    states: t.field({ type: [AlertStateEnum], description: "One of these." }),
    kinds: t.stringList({ description: "One of these." }),
    hidden: t.boolean({ description: "True: shelved or suppressed; false: neither." }),
    roots: t.boolean({ description: "True: those that belong to no other alert; false: those that do." }),
    standing: t.boolean({ description: "True: the episode lasts; false: it has ended." }),
    from: t.field({ type: "DateTime", description: "Opened at this data time or later." }),
    to: t.field({ type: "DateTime", description: "Opened before this data time." }),
    text: t.string({
      description:
        "Stands in the reason, or in the key or name of the sensor or asset, in capitals or not; at most 200 characters.",
    }),
  }),
});

function toQuery(
  sensor: string | null | undefined,
  filter: typeof AlertFilterInput.$inferInput | null | undefined,
): AlertQuery {
  return {
    sensorKey: filter?.sensor ?? sensor ?? undefined,
    assetKey: filter?.asset ?? undefined,
    sourceKey: filter?.source ?? undefined,
    severities: filter?.severities ?? undefined,
    states: filter?.states ?? undefined,
    kinds: filter?.kinds ?? undefined,
    roots: filter?.roots ?? undefined,
    hidden: filter?.hidden ?? undefined,
    standing: filter?.standing ?? undefined,
    from: filter?.from ?? undefined,
    to: filter?.to ?? undefined,
    text: filter?.text ?? undefined,
  };
}

interface FollowedPage {
  readonly eventCursor: string;
  readonly count: AlertList["count"];
}

const AlertConnection = builder.connectionObject({
  type: AlertRef,
  name: "AlertConnection",
  fields: (t) => ({
    eventCursor: t.string({
      description:
        "To follow the list without a gap: hand it to the subscription `alerts` as `after`. All that changes " +
        "behind this page's state comes then; a change that fell together with the reading may come although the page shows it.",
      resolve: (page) => (page as unknown as FollowedPage).eventCursor,
    }),
    totalCount: t.float({
      description: "How many there are in all, on whatever page.",
      resolve: (page) => (page as unknown as FollowedPage).count(),
    }),
  }),
});

builder.queryFields((t) => ({
  alert: t.field({
    access: "read",
    type: AlertRef,
    nullable: true,
    description: "The alert that has this id; null when there is none.",
    args: { id: t.arg.globalID({ required: true, for: AlertRef, description: "Id of an alert." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.alerts.byIds(scope.tenant.id, [rowId<AlertId>(String(id.id))])).at(0),
  }),
  alerts: t.field({
    access: "read",
    type: AlertConnection,
    description: "All alerts, the last opened first.",
    args: {
      ...PAGE_ARGS,
      sensor: t.arg.string({ description: "Key of a sensor: only its alerts." }),
      filter: t.arg({ type: AlertFilterInput, description: "Only those that it describes." }),
    },
    complexity: pageCost,
    async resolve(_root, { sensor, filter, ...args }, { scope }) {
      const list = await listAlerts(scope, toQuery(sensor, filter));
      // Before the page: what changes in between is then behind the cursor, and not lost.
      const eventCursor = await cursorOfNow(scope);
      return { ...await connectionOf(args, list.page), eventCursor, count: list.count };
    },
  }),
  eventCursor: t.string({
    access: "read",
    description: "The cursor of now: a subscription that begins there (`after`) gets all that happens from now on.",
    complexity: LOOKUP_COST,
    resolve: (_root, _args, { scope }) => cursorOfNow(scope),
  }),
}));
