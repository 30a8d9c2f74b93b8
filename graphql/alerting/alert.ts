import { type AlertId, isHidden } from "../../src/domain/alerting/alert.ts";
import { instrumentStatus } from "../../src/domain/alerting/instrument.ts";
import type { Shelf } from "../../src/domain/alerting/shelf.ts";
import { builder } from "../builder.ts";
import { rowId } from "../ids.ts";
import { assetOf, orNull } from "../loaders.ts";
import { firstArgs, firstOf, listCost } from "../page.ts";
import { AlertRef, AssetRef, BatchRef, SensorRef } from "../nodes.ts";
import { AlertStateEnum, AlertSuppressionEnum, InstrumentStatusEnum, KIND, SeverityEnum } from "./enums.ts";
import { EvidenceRef } from "./evidence.ts";
import { AlertTransitionRef } from "./history.ts";
import { rarityOrNull, RarityRef } from "./rarity.ts";

const HISTORY = { usually: 20 };
const MEMBERS = { usually: 20 };
import { AppliedSettingsRef } from "../detection/settings.ts";

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
    rarity: t.field({
      type: RarityRef,
      nullable: true,
      description:
        "The greatest of the episode when it was opened, last raised or closed, with the line that it was announced by. " +
        "Null where facts were judged, such as a flatline: they stay outside the alarm budget.",
      resolve: rarityOrNull,
    }),
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
      resolve: (alert) => alert.sensorId === undefined ? null : instrumentStatus(alert) ?? null,
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
      complexity: { multiplier: 1 },
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
    settings: t.field({
      type: AppliedSettingsRef,
      nullable: true,
      description: "What raised it: the settings that held when it opened. Null for alerts of earlier releases.",
      resolve: ({ settingsId }, _args, { loaders }) =>
        settingsId === undefined ? null : loaders.appliedSettings.load(settingsId),
    }),
    evidence: t.field({
      type: [EvidenceRef],
      description: "The numbers behind each change, in data time.",
      complexity: { multiplier: 3 },
      resolve: ({ id }, _args, { loaders }) => loaders.proofs.load(id),
    }),
  }),
});
