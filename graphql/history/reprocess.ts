import type { SettingsDraftId } from "../../src/domain/detection/settings_layers.ts";
import {
  REPROCESS_SETTINGS,
  REPROCESS_STATES,
  type ReprocessedAlert,
  type ReprocessRun,
  type ReprocessRunId,
} from "../../src/domain/history/reprocess.ts";
import { cancelReprocessing } from "../../src/operations/history/cancel_reprocessing.ts";
import { startReprocessing } from "../../src/operations/history/start_reprocessing.ts";
import { KIND, SeverityEnum } from "../alerting/enums.ts";
import { ContributionRef } from "../alerting/evidence.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { connectionOf, firstArgs, firstOf, listCost, PAGE_ARGS, pageCost } from "../page.ts";
import { assetOf } from "../loaders.ts";
import { AssetRef, SensorRef, SettingsDraftRef } from "../nodes.ts";

const ReprocessStateEnum = builder.enumType("ReprocessState", {
  description: "Where a run is.",
  values: enumValues(REPROCESS_STATES),
});

const ReprocessSettingsEnum = builder.enumType("ReprocessSettings", {
  description: "By what a run judges.",
  values: enumValues(REPROCESS_SETTINGS),
});

const ALERTS = { usually: 100 };

const ReprocessedAlertRef = builder.objectRef<ReprocessedAlert>("ReprocessedAlert").implement({
  description: "An alert that there would be.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: KIND }),
    severity: t.expose("severity", { type: SeverityEnum, description: "How urgent it would be." }),
    score: t.exposeFloat("score", { description: "Highest score of the episode, 0 to 1." }),
    reason: t.exposeString("reason", { description: "Why it would be opened, in a sentence." }),
    episodeStart: t.expose("episodeStart", {
      type: "DateTime",
      description: "Data time of the episode's first anomaly.",
    }),
    openedAt: t.expose("openedAt", { type: "DateTime", description: "Data time of the reading that would open it." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "Data time at which the episode ended; null when it was not over.",
    }),
    live: t.exposeBoolean("live", { description: "Whether the same alert was opened live." }),
    contributions: t.field({
      type: [ContributionRef],
      description: "What each detector added to the score.",
      complexity: { multiplier: 6 },
      resolve: ({ evidence }) => evidence.contributions,
    }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      description: "The sensor that it would be about; null when it would be about an asset.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset that it would be about, or that its sensor belongs to; null when its sensor has none.",
      resolve: (alert, _args, { loaders }) => assetOf(alert, loaders),
    }),
  }),
});

const ReprocessRunRef = builder.objectRef<ReprocessRun>("ReprocessRun");

builder.node(ReprocessRunRef, {
  description: "Stored readings folded again, to see which alerts there would be. It changes nothing that is live.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<ReprocessRunId>(id) },
  async loadMany(ids, { scope }) {
    const runs = new Map((await scope.store.reprocessing.byIds(scope.tenant.id, ids)).map((run) => [run.id, run]));
    return ids.map((id) => runs.get(id) ?? null);
  },
  fields: (t) => ({
    state: t.expose("state", { type: ReprocessStateEnum, description: "Where it is." }),
    failure: t.exposeString("failure", { nullable: true, description: "Why it failed, for people." }),
    settings: t.expose("settings", { type: ReprocessSettingsEnum, description: "By what it judges." }),
    draft: t.field({
      type: SettingsDraftRef,
      nullable: true,
      description: "The draft that it judges by, as it is now; the run took it as it was.",
      resolve: async ({ draftId }, _args, { scope }) =>
        draftId === undefined ? null : (await scope.store.settings.draftsByIds(scope.tenant.id, [draftId])).at(0),
    }),
    from: t.expose("from", {
      type: "DateTime",
      description: "Start of the range that alerts are reported for, inclusive.",
    }),
    to: t.expose("to", { type: "DateTime", description: "End of the range, exclusive." }),
    requestedAt: t.expose("requestedAt", {
      type: "DateTime",
      description: "When it was asked for, by the store's clock.",
    }),
    finishedAt: t.expose("finishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended, by the store's clock; null while it runs.",
    }),
    sensors: t.exposeInt("sensors", { description: "Sensors to be folded." }),
    sensorsFinished: t.exposeInt("sensorsFinished", { description: "Of these, those that are done." }),

    assets: t.exposeInt("assets", { description: "Assets that are judged as one, to be folded behind the sensors." }),
    assetsFinished: t.exposeInt("assetsFinished", { description: "Assets that are through." }),
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
      description: "The sensor that it was asked for; null when it was an asset.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset that it was asked for; null when it was a sensor.",
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    alerts: t.field({
      type: [ReprocessedAlertRef],
      description: "Alerts that there would be, by the time of their episodes.",
      args: firstArgs(ALERTS),
      complexity: listCost(ALERTS),
      resolve: ({ id }, { first }, { loaders }) =>
        loaders.reprocessedAlerts.load({ of: id, limit: firstOf(first, ALERTS) }),
    }),
    temporalUrl: t.string({
      nullable: true,
      description: "Page of the run's workflow in the Temporal UI; null when no UI is known.",
      resolve: ({ id }, _args, { scope }) => scope.workflows.reprocessingUrl(scope.tenant.key, id),
    }),
  }),
});

const ReprocessingConnection = builder.connectionObject({ type: ReprocessRunRef, name: "ReprocessingConnection" });

builder.queryFields((t) => ({
  reprocessing: t.field({
    access: "read",
    type: ReprocessRunRef,
    nullable: true,
    description: "The run that has this id; null when there is none.",
    args: { id: t.arg.globalID({ required: true, for: ReprocessRunRef, description: "Id of a run." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.reprocessing.byIds(scope.tenant.id, [rowId<ReprocessRunId>(String(id.id))])).at(0),
  }),
  reprocessings: t.field({
    access: "read",
    type: ReprocessingConnection,
    description: "All runs, the last asked for first.",
    args: PAGE_ARGS,
    complexity: pageCost,
    resolve: (_root, args, { scope }) =>
      connectionOf(args, (page) => scope.store.reprocessing.page(scope.tenant.id, page)),
  }),
}));

const StartReprocessingInput = builder.inputType("StartReprocessingInput", {
  description: "Either a sensor or an asset, and the range that alerts are reported for.",
  fields: (t) => ({
    sensorKey: t.string({ description: "Key of a sensor." }),
    assetKey: t.string({ description: "All sensors of the asset and of those below it." }),
    from: t.field({ type: "DateTime", required: true, description: "Inclusive." }),
    to: t.field({ type: "DateTime", required: true, description: "Exclusive." }),
    settings: t.field({
      type: ReprocessSettingsEnum,
      required: true,
      defaultValue: "as_judged",
      description: "By what to judge.",
    }),
    draft: t.globalID({ for: SettingsDraftRef, description: "The draft to judge by, with DRAFT." }),
  }),
});

const StartReprocessingPayload = builder.objectRef<{ reprocessing: ReprocessRun }>("StartReprocessingPayload")
  .implement({
    description: "The run has begun.",
    fields: (t) => ({ reprocessing: t.expose("reprocessing", { type: ReprocessRunRef, description: "The run." }) }),
  });

builder.mutationField("startReprocessing", (t) =>
  t.field({
    access: "configure",
    type: StartReprocessingPayload,
    description: "Folds stored readings again, to see which alerts there would be.",
    errors: {},
    args: { input: t.arg({ type: StartReprocessingInput, required: true, description: "What to fold." }) },
    resolve: (_root, { input: { sensorKey, assetKey, from, to, settings, draft } }, { scope }) =>
      asResult(async () => ({
        reprocessing: await startReprocessing(scope, {
          sensorKey: sensorKey ?? undefined,
          assetKey: assetKey ?? undefined,
          from,
          to,
          settings,
          draftId: draft == null ? undefined : rowId<SettingsDraftId>(String(draft.id)),
        }),
      })),
  }));

const CancelReprocessingPayload = builder.objectRef<{ reprocessing: ReprocessRun }>("CancelReprocessingPayload")
  .implement({
    description: "The run has ended, or ends soon.",
    fields: (t) => ({ reprocessing: t.expose("reprocessing", { type: ReprocessRunRef, description: "The run." }) }),
  });

builder.mutationField("cancelReprocessing", (t) =>
  t.field({
    access: "configure",
    type: CancelReprocessingPayload,
    description: "Ends a run before it is through; one that has ended is left as it is.",
    errors: {},
    args: { id: t.arg.globalID({ required: true, for: ReprocessRunRef, description: "Id of a run." }) },
    resolve: (_root, { id }, { scope }) =>
      asResult(async () => ({ reprocessing: await cancelReprocessing(scope, rowId<ReprocessRunId>(String(id.id))) })),
  }));
