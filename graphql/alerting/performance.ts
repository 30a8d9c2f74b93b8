/** How the alerts of a tenant do, by the measures of ISA-18.2 and EEMUA 191. */
import type { AlarmPerformance } from "../../src/domain/alerting/performance.ts";
import { alarmPerformance, type PerformanceReport } from "../../src/operations/alerting/report_alarms.ts";
import type { Actor, AlarmReport } from "../../src/ports/alerting/performance.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";
import { AssetRef, SensorRef } from "../nodes.ts";
import { KIND, SeverityEnum } from "./enums.ts";

const ShareRef = builder.objectRef<AlarmPerformance["severities"][number]>("SeverityShare").implement({
  description: "Alerts of one severity.",
  fields: (t) => ({
    severity: t.expose("severity", { type: SeverityEnum, description: "The severity." }),
    count: t.exposeInt("count", { description: "How many." }),
    share: t.exposeFloat("share", { description: "Of all: 0 to 1." }),
  }),
});

const ActorRef = builder.objectRef<Actor>("AlarmActor").implement({
  description: "What gave many alerts: a sensor, asset or source, and a kind.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: KIND }),
    count: t.exposeInt("count", { description: "How many alerts." }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      description: "The sensor; null when it is an asset or a source.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset; null when it is a sensor or a source.",
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    source: t.string({
      nullable: true,
      description: "Key of the source; null when it is a sensor or an asset.",
      resolve: ({ sourceId }, _args, { loaders }) => sourceId === undefined ? null : loaders.sourceKeys.load(sourceId),
    }),
  }),
});

const PerformanceRef = builder.objectRef<PerformanceReport>("AlarmPerformance").implement({
  description: "How alerts did in a range of data time. Suppressed ones bother nobody and are counted apart.",
  fields: (t) => ({
    from: t.expose("from", { type: "DateTime", description: "Beginning of the range." }),
    to: t.expose("to", { type: "DateTime", description: "End of the range." }),
    alerts: t.exposeInt("alerts", { description: "Alerts that opened." }),
    suppressed: t.exposeInt("suppressed", { description: "Alerts that opened and are suppressed." }),
    slots: t.exposeInt("slots", { description: "Ten minutes each, those without any alert among them." }),
    perSlot: t.exposeFloat("perSlot", {
      description: "Alerts in ten minutes, on average; one is what a person can deal with.",
    }),
    perSlotMax: t.exposeInt("perSlotMax", { description: "The most in ten minutes." }),
    manageableShare: t.exposeFloat("manageableShare", {
      description: "Share of the ten minutes with one alert at most.",
    }),
    floodShare: t.exposeFloat("floodShare", {
      description: "Share of the time in a flood: from ten minutes with more than 10 until some with fewer than 5.",
    }),
    floods: t.exposeInt("floods", { description: "How many floods began." }),
    chattering: t.exposeInt("chattering", { description: "Alerts that were held because they chattered." }),
    stale: t.exposeInt("stale", {
      description: "Alerts that stood for more than 24 hours, and still did in the range.",
    }),
    severities: t.expose("severities", {
      type: [ShareRef],
      description: "The mix of severities, the least urgent first. ISA-18.2 asks for few urgent ones.",
    }),
    worst: t.field({
      type: [ActorRef],
      description: "The ten that gave most, with how many.",
      resolve: ({ worst }) => worst,
    }),
  }),
});

const AlarmReportRef = builder.objectRef<AlarmReport>("AlarmReport").implement({
  description: "How alerts did in a week, as it was reported.",
  fields: (t) => ({
    madeAt: t.expose("madeAt", { type: "DateTime", description: "When it was made." }),
    performance: t.field({
      type: PerformanceRef,
      description: "What it says.",
      resolve: ({ body }) => JSON.parse(body) as PerformanceReport,
    }),
  }),
});

const ReportConnection = builder.connectionObject({ type: AlarmReportRef, name: "AlarmReportConnection" });

builder.queryFields((t) => ({
  alarmPerformance: t.field({
    access: "read",
    type: PerformanceRef,
    description: "How alerts did in a range of data time (ISA-18.2, EEMUA 191).",
    complexity: LOOKUP_COST,
    args: {
      from: t.arg({ type: "DateTime", required: true, description: "From this data time on." }),
      to: t.arg({ type: "DateTime", required: true, description: "Until before this one: 366 days later at most." }),
    },
    resolve: (_root, { from, to }, { scope }) => alarmPerformance(scope, { from, to }),
  }),
  alarmReports: t.field({
    access: "read",
    type: ReportConnection,
    description:
      "The reports of whole weeks (UTC), made on Mondays, the newest first. The event log tells of each as " +
      "`alarm.report`.",
    args: PAGE_ARGS,
    complexity: pageCost,
    resolve: (_root, args, { scope }) =>
      connectionOf(args, (page) => scope.store.performance.reports(scope.tenant.id, page)),
  }),
}));
