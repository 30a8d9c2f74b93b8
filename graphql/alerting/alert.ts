import { ALERT_CHANGES, ALERT_STATES, type AlertId } from "../../src/domain/alerting/alert.ts";
import type { Contribution } from "../../src/domain/detection/episode.ts";
import { SEVERITY_MEANINGS } from "../../src/domain/detection/severity.ts";
import { followAlerts, type FollowedAlert } from "../../src/operations/alerting/follow_alerts.ts";
import { notFound } from "../../src/operations/errors.ts";
import type { AlertProof } from "../../src/ports/alerting/alert.ts";
import { builder, enumValues } from "../builder.ts";
import { orNull } from "../loaders.ts";
import { connectionOf } from "../page.ts";
import { AlertRef, BatchRef, SensorRef } from "../nodes.ts";

export const SeverityEnum = builder.enumType("Severity", {
  description: "Ordered urgency, from score, persistence and the asset's criticality.",
  values: enumValues(SEVERITY_MEANINGS),
});
const AlertStateEnum = builder.enumType("AlertState", {
  description: "ISA-18.2: whether the condition stands, and whether a person has seen it.",
  values: enumValues(ALERT_STATES),
});
const AlertChangeEnum = builder.enumType("AlertChange", {
  description: "What an episode does to its alert.",
  values: enumValues(ALERT_CHANGES),
});

const FactRef = builder.objectRef<[string, number]>("Fact").implement({
  description: "A number that a detector judged by.",
  fields: (t) => ({ name: t.string({ resolve: ([name]) => name }), value: t.float({ resolve: ([, value]) => value }) }),
});

export const ContributionRef = builder.objectRef<Contribution>("Contribution").implement({
  description: "What one detector added to the score.",
  fields: (t) => ({
    detector: t.exposeString("detector"),
    score: t.exposeFloat("score"),
    facts: t.field({
      type: [FactRef],
      resolve: ({ facts }) => Object.entries(facts).filter(([, value]) => Number.isFinite(value)),
    }),
  }),
});

const EvidenceRef = builder.objectRef<AlertProof>("AlertEvidence").implement({
  description: "The numbers behind a change of an alert.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime" }),
    change: t.expose("change", { type: AlertChangeEnum }),
    value: t.float({ resolve: ({ evidence }) => evidence.value }),
    score: t.float({ resolve: ({ evidence }) => evidence.score }),
    threshold: t.float({ resolve: ({ evidence }) => evidence.threshold }),
    contributions: t.field({ type: [ContributionRef], resolve: ({ evidence }) => evidence.contributions }),
    missing: t.stringList({
      description: "Detectors that gave no score.",
      resolve: ({ evidence }) => evidence.missing,
    }),
    batch: t.field({ type: BatchRef, resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId) }),
  }),
});

builder.node(AlertRef, {
  description: "The record that people act on, opened by an episode of anomalies.",
  id: { resolve: ({ id }) => id },
  loadMany: (ids, { loaders }) => orNull(loaders.alerts, ids),
  fields: (t) => ({
    kind: t.exposeString("kind"),
    severity: t.expose("severity", { type: SeverityEnum }),
    state: t.expose("state", { type: AlertStateEnum }),
    score: t.exposeFloat("score", { description: "Highest score of the episode so far, 0 to 1." }),
    reason: t.exposeString("reason"),
    episodeStart: t.expose("episodeStart", {
      type: "DateTime",
      description: "Data time of the episode's first anomaly.",
    }),
    openedAt: t.expose("openedAt", { type: "DateTime", description: "Data time of the reading that opened it." }),
    endedAt: t.expose("endedAt", { type: "DateTime", nullable: true }),
    sensor: t.field({ type: SensorRef, resolve: ({ sensorId }, _args, { loaders }) => loaders.sensors.load(sensorId) }),
    batch: t.field({
      type: BatchRef,
      description: "The batch whose readings opened it.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
    evidence: t.field({ type: [EvidenceRef], resolve: ({ id }, _args, { loaders }) => loaders.proofs.load(id) }),
  }),
});

builder.queryFields((t) => ({
  alert: t.field({
    type: AlertRef,
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: AlertRef }) },
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.alerts.byIds(scope.tenant.id, [Number(id.id) as AlertId])).at(0),
  }),
  alerts: t.connection({
    type: AlertRef,
    args: { sensor: t.arg.string({ description: "Key of a sensor." }) },
    async resolve(_root, args, { scope }) {
      const [sensor] = args.sensor == null ? [] : await scope.store.sensors.byKeys(scope.tenant.id, [args.sensor]);
      if (args.sensor != null && sensor === undefined) {
        throw notFound("sensor", `There is no sensor with the key ${JSON.stringify(args.sensor)}.`);
      }
      return connectionOf(
        args,
        (page) => scope.store.alerts.page(scope.tenant.id, { ...page, sensorIds: sensor && [sensor.id] }),
      );
    },
  }),
}));

const AlertEventRef = builder.objectRef<FollowedAlert>("AlertEvent").implement({
  fields: (t) => ({
    cursor: t.exposeString("cursor", { description: "Hand it over as `after` to go on behind this event." }),
    change: t.expose("change", { type: AlertChangeEnum }),
    alert: t.expose("alert", { type: AlertRef, description: "The alert as it was then." }),
  }),
});

builder.subscriptionField("alerts", (t) =>
  t.field({
    type: AlertEventRef,
    description:
      "Changes of alerts, in order, each once. With `after`, first all that happened behind that cursor; without, from now on.",
    args: {
      after: t.arg.string({
        description: "Cursor of the last event seen. Over SSE, the header Last-Event-ID does the same.",
      }),
    },
    subscribe: (_root, { after }, { scope, signal, lastEventId }) =>
      followAlerts(scope, { after: after ?? lastEventId, signal }),
    resolve: (event) => event,
  }));
