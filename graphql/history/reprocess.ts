import {
  REPROCESS_STATES,
  type ReprocessedAlert,
  type ReprocessRun,
  type ReprocessRunId,
} from "../../src/domain/history/reprocess.ts";
import { cancelReprocessing } from "../../src/operations/history/cancel_reprocessing.ts";
import { startReprocessing } from "../../src/operations/history/start_reprocessing.ts";
import { ContributionRef, SeverityEnum } from "../alerting/alert.ts";
import { builder, enumValues } from "../builder.ts";
import { asResult } from "../errors.ts";
import { connectionOf, PAGE_MAX } from "../page.ts";
import { AssetRef, SensorRef } from "../nodes.ts";

const ReprocessStateEnum = builder.enumType("ReprocessState", { values: enumValues(REPROCESS_STATES) });

const ReprocessedAlertRef = builder.objectRef<ReprocessedAlert>("ReprocessedAlert").implement({
  description: "An alert that there would be.",
  fields: (t) => ({
    kind: t.exposeString("kind"),
    severity: t.expose("severity", { type: SeverityEnum }),
    score: t.exposeFloat("score"),
    reason: t.exposeString("reason"),
    episodeStart: t.expose("episodeStart", { type: "DateTime" }),
    openedAt: t.expose("openedAt", { type: "DateTime" }),
    endedAt: t.expose("endedAt", { type: "DateTime", nullable: true }),
    live: t.exposeBoolean("live", { description: "Whether the same alert was opened live." }),
    contributions: t.field({ type: [ContributionRef], resolve: ({ evidence }) => evidence.contributions }),
    sensor: t.field({ type: SensorRef, resolve: ({ sensorId }, _args, { loaders }) => loaders.sensors.load(sensorId) }),
  }),
});

const ReprocessRunRef = builder.objectRef<ReprocessRun>("ReprocessRun");

builder.node(ReprocessRunRef, {
  description: "Stored readings folded again, to see which alerts there would be. It changes nothing that is live.",
  id: { resolve: ({ id }) => id },
  async loadMany(ids, { scope }) {
    const runs = await scope.store.reprocessing.byIds(scope.tenant.id, ids.map((id) => Number(id) as ReprocessRunId));
    return ids.map((id) => runs.find((run) => run.id === Number(id)) ?? null);
  },
  fields: (t) => ({
    state: t.expose("state", { type: ReprocessStateEnum }),
    failure: t.exposeString("failure", { nullable: true }),
    from: t.expose("from", { type: "DateTime" }),
    to: t.expose("to", { type: "DateTime" }),
    requestedAt: t.expose("requestedAt", { type: "DateTime" }),
    finishedAt: t.expose("finishedAt", { type: "DateTime", nullable: true }),
    sensors: t.exposeInt("sensors"),
    sensorsFinished: t.exposeInt("sensorsFinished"),
    readings: t.exposeFloat("readings", { description: "Readings folded so far." }),
    readingsFrom: t.expose("readingsFrom", {
      type: "DateTime",
      nullable: true,
      description:
        "Where the fold began, when the readings before had gone by the tenant's retention: it knows nothing of them, so " +
        "its alerts may differ from the live ones. Null: it began with the first reading.",
    }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    alerts: t.field({
      type: [ReprocessedAlertRef],
      resolve: ({ id }, _args, { scope }) => scope.store.reprocessing.alerts(scope.tenant.id, id, PAGE_MAX),
    }),
    temporalUrl: t.string({
      nullable: true,
      resolve: ({ id }, _args, { scope }) => scope.workflows.reprocessingUrl(scope.tenant.key, id),
    }),
  }),
});

builder.queryFields((t) => ({
  reprocessing: t.field({
    type: ReprocessRunRef,
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: ReprocessRunRef }) },
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.reprocessing.byIds(scope.tenant.id, [Number(id.id) as ReprocessRunId])).at(0),
  }),
  reprocessings: t.connection({
    type: ReprocessRunRef,
    resolve: (_root, args, { scope }) =>
      connectionOf(args, (page) => scope.store.reprocessing.page(scope.tenant.id, page)),
  }),
}));

const StartReprocessingInput = builder.inputType("StartReprocessingInput", {
  description: "Either a sensor or an asset, and the range that alerts are reported for.",
  fields: (t) => ({
    sensorKey: t.string(),
    assetKey: t.string({ description: "All sensors of the asset and of those below it." }),
    from: t.field({ type: "DateTime", required: true, description: "Inclusive." }),
    to: t.field({ type: "DateTime", required: true, description: "Exclusive." }),
  }),
});

const StartReprocessingPayload = builder.objectRef<{ reprocessing: ReprocessRun }>("StartReprocessingPayload")
  .implement({
    fields: (t) => ({ reprocessing: t.expose("reprocessing", { type: ReprocessRunRef }) }),
  });

builder.mutationField("startReprocessing", (t) =>
  t.field({
    type: StartReprocessingPayload,
    errors: {},
    args: { input: t.arg({ type: StartReprocessingInput, required: true }) },
    resolve: (_root, { input: { sensorKey, assetKey, from, to } }, { scope }) =>
      asResult(async () => ({
        reprocessing: await startReprocessing(scope, {
          sensorKey: sensorKey ?? undefined,
          assetKey: assetKey ?? undefined,
          from,
          to,
        }),
      })),
  }));

const CancelReprocessingPayload = builder.objectRef<{ reprocessing: ReprocessRun }>("CancelReprocessingPayload")
  .implement({
    fields: (t) => ({ reprocessing: t.expose("reprocessing", { type: ReprocessRunRef }) }),
  });

builder.mutationField("cancelReprocessing", (t) =>
  t.field({
    type: CancelReprocessingPayload,
    description: "Ends a run before it is through; one that has ended is left as it is.",
    errors: {},
    args: { id: t.arg.globalID({ required: true, for: ReprocessRunRef }) },
    resolve: (_root, { id }, { scope }) =>
      asResult(async () => ({ reprocessing: await cancelReprocessing(scope, Number(id.id) as ReprocessRunId) })),
  }));
