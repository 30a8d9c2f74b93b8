import { ALERT_CHANGES, ALERT_STATES, type AlertId } from "../../src/domain/alerting/alert.ts";
import type { Contribution } from "../../src/domain/detection/episode.ts";
import { SEVERITY_MEANINGS } from "../../src/domain/detection/severity.ts";
import { cursorOfNow, followAlerts, type FollowedAlert } from "../../src/operations/alerting/follow_alerts.ts";
import { type AlertList, type AlertQuery, listAlerts } from "../../src/operations/alerting/list_alerts.ts";
import type { AlertProof } from "../../src/ports/alerting/alert.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { assetOf, clearLoaders, orNull } from "../loaders.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";
import { AlertRef, AssetRef, BatchRef, SensorRef } from "../nodes.ts";
import { AppliedSettingsRef } from "../detection/settings.ts";
import { rarityOrNull, RarityRef } from "./rarity.ts";

export const SeverityEnum = builder.enumType("Severity", {
  description: "Ordered urgency, from score, persistence and the asset's criticality.",
  values: enumValues(SEVERITY_MEANINGS),
});
const AlertStateEnum = builder.enumType("AlertState", {
  description: "ISA-18.2: whether the condition stands, and whether a person has seen it.",
  values: enumValues(ALERT_STATES),
});
const AlertChangeEnum = builder.enumType("AlertChange", {
  description: "What happens to an alert.",
  values: enumValues(ALERT_CHANGES),
});

export const KIND =
  "What sort of episode it is: `anomaly` for a sensor's ensemble of detectors, `asset_anomaly` for an asset's, otherwise the " +
  "name of a watch, such as `flatline`.";

const FactRef = builder.objectRef<[string, number]>("Fact").implement({
  description: "A number that a detector judged by.",
  fields: (t) => ({
    name: t.string({ description: "What it is, by the detector's own name for it.", resolve: ([name]) => name }),
    value: t.float({ description: "The number.", resolve: ([, value]) => value }),
  }),
});

export const ContributionRef = builder.objectRef<Contribution>("Contribution").implement({
  description: "What one detector added to the score.",
  fields: (t) => ({
    detector: t.exposeString("detector", { description: "Name of the detector." }),
    score: t.exposeFloat("score", { description: "Its score, 0 to 1." }),
    facts: t.field({
      type: [FactRef],
      description: "What it judged by.",
      complexity: { multiplier: 4 },
      resolve: ({ facts }) => Object.entries(facts).filter(([, value]) => Number.isFinite(value)),
    }),
  }),
});

export const EvidenceRef = builder.objectRef<AlertProof>("AlertEvidence").implement({
  description: "The numbers behind a change of an alert.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Data time of the reading." }),
    change: t.expose("change", { type: AlertChangeEnum, description: "What it did to the alert." }),
    value: t.float({
      description: "Value of the reading; of an asset's row, the largest departure of a sensor, in spreads.",
      resolve: ({ evidence }) => evidence.value,
    }),
    score: t.float({ description: "Score of the reading, 0 to 1.", resolve: ({ evidence }) => evidence.score }),
    threshold: t.float({
      description: "Score from which a reading is an anomaly.",
      resolve: ({ evidence }) => evidence.threshold,
    }),
    contributions: t.field({
      type: [ContributionRef],
      description: "What each detector added to the score.",
      complexity: { multiplier: 6 },
      resolve: ({ evidence }) => evidence.contributions,
    }),
    missing: t.stringList({
      description: "Detectors that gave no score.",
      resolve: ({ evidence }) => evidence.missing,
    }),
    rarity: t.field({
      type: RarityRef,
      nullable: true,
      description: "How rare the reading is; null where a fact was judged, such as a flatline.",
      resolve: ({ evidence }) => rarityOrNull(evidence),
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch that the reading came with.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
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
      description: "The sensor that it is about; null when it is about an asset.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset that it is about, or that its sensor belongs to; null when its sensor has none.",
      resolve: (alert, _args, { loaders }) => assetOf(alert, loaders),
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch whose readings opened it.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
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

const AlertFilterInput = builder.inputType("AlertFilter", {
  description: "Which alerts: all that is said has to hold; what is left out asks nothing.",
  fields: (t) => ({
    sensor: t.string({ description: "Key of a sensor." }),
    asset: t.string({ description: "Key of an asset: it, all assets below it, and the sensors of all these." }),
    source: t.string({ description: "Key of a source: alerts that its batches opened." }),
    severities: t.field({ type: [SeverityEnum], description: "One of these." }),
    states: t.field({ type: [AlertStateEnum], description: "One of these." }),
    kinds: t.stringList({ description: "One of these." }),
    standing: t.boolean({ description: "True: the episode lasts; false: it has ended." }),
    grouped: t.boolean({
      description: "True: of a sensor, and told by an alert of its asset too; false: stands for itself.",
    }),
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
    standing: filter?.standing ?? undefined,
    grouped: filter?.grouped ?? undefined,
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

const AlertEventRef = builder.objectRef<FollowedAlert>("AlertEvent").implement({
  description: "A change of an alert.",
  fields: (t) => ({
    cursor: t.exposeString("cursor", { description: "Hand it over as `after` to go on behind this event." }),
    change: t.expose("change", { type: AlertChangeEnum, description: "What happened to the alert." }),
    alert: t.expose("alert", {
      type: AlertRef,
      description: "The alert as it was then; what it leads to is as it is now.",
    }),
  }),
});

builder.subscriptionField("alerts", (t) =>
  t.field({
    access: "read",
    type: AlertEventRef,
    description:
      "Changes of alerts, in order, each once. With `after`, first all that happened behind that cursor; without, from now on.",
    args: {
      after: t.arg.string({
        description:
          "Cursor of the last event seen. Over SSE the header Last-Event-ID does the same, and counts before this.",
      }),
    },
    async subscribe(_root, { after }, { scope, signal, lastEventId, position }) {
      // A browser that reconnects sends its first address again, and where it is by then in the header.
      const { cursor, events } = await followAlerts(scope, { after: lastEventId ?? after ?? undefined, signal });
      position.cursor = cursor;
      return events;
    },
    resolve(event, _args, { position, loaders }) {
      position.cursor = event.cursor;
      // What an event leads to is looked up when it comes, and not kept for the next one.
      clearLoaders(loaders);
      return event;
    },
  }));
