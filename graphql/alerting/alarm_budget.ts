import { DAY_MS } from "../../src/domain/detection/sensor_day.ts";
import { BUDGETED_KINDS } from "../../src/domain/detection/rarity.ts";
import type { Candidate } from "../../src/domain/alerting/candidate.ts";
import {
  type AlarmBudgetView,
  BAD_ACTORS,
  type CandidateList,
  type DayView,
  type LineView,
  listCandidates,
  readAlarmBudget,
  readBadActors,
  readLineDays,
} from "../../src/operations/alerting/read_alarm_budget.ts";
import { setAlarmBudget } from "../../src/operations/alerting/set_alarm_budget.ts";
import type { BadActor } from "../../src/ports/alerting/alarm_budget.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { assetOf } from "../loaders.ts";
import { AssetRef, BatchRef, SensorRef } from "../nodes.ts";
import { firstArgs, firstOf, listCost } from "../page.ts";
import { KIND, SeverityEnum } from "./enums.ts";
import { RarityRef } from "./rarity.ts";

const DAYS = { usually: 30, most: 400 };
const CANDIDATES = { usually: 20, most: 1_000 };

const AlarmLineRef = builder.objectRef<LineView>("AlarmLine").implement({
  description: "What one kind of episode had of the alarm budget on a day.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: KIND }),
    share: t.float({
      nullable: true,
      description: "Alerts a day of the budget that are for this kind; null: no budget was set.",
      resolve: ({ share }) => share,
    }),
    line: t.exposeFloat("line", { description: "Rarity from which an episode was announced; 0: every one." }),
    correction: t.exposeFloat("correction", {
      description:
        "By which the expected number was corrected, from what was announced before: in logarithms, -3 to 3.",
    }),
    subjects: t.exposeInt("subjects", {
      description: "Sensors, or assets, that the line was reckoned for: those that reported two days before.",
    }),
    announced: t.exposeInt("announced", { description: "Alerts that were announced." }),
    grouped: t.exposeInt("grouped", {
      description: "The same as the correction counts them: those of one site within a quarter of an hour are one.",
    }),
    kept: t.exposeInt("kept", { description: "Episodes that began below the line; some became alerts later." }),
  }),
});

const AlarmDayRef = builder.objectRef<DayView>("AlarmDay").implement({
  description:
    "A day of data time (UTC) under the alarm budget. Its lines were written when its first reading came, those of assets with " +
    "their first row, and never change.",
  fields: (t) => ({
    day: t.field({ type: "DateTime", description: "Its beginning.", resolve: ({ day }) => day * DAY_MS }),
    alertsPerDay: t.float({
      nullable: true,
      description: "The budget that held; null: none, everything was announced.",
      resolve: ({ alertsPerDay }) => alertsPerDay,
    }),
    line: t.float({
      description: "Rarity from which an anomaly of a sensor was announced; 0: every one.",
      resolve: ({ lines }) => lines[0].line,
    }),
    correction: t.float({
      description:
        "By which the expected number of these was corrected, from what was announced before: in logarithms, -3 to 3.",
      resolve: ({ lines }) => lines[0].correction,
    }),
    sensors: t.int({
      description:
        "Sensors that the line was reckoned for: those that reported two days before. 0: nobody was known, " +
        "only what is always announced was.",
      resolve: ({ lines }) => lines[0].subjects,
    }),
    announced: t.int({
      description: "Alerts that were announced, of all kinds.",
      resolve: ({ lines }) => sum(lines, "announced"),
    }),
    grouped: t.int({
      description: "The same as the corrections count them: those of one site within a quarter of an hour are one.",
      resolve: ({ lines }) => sum(lines, "grouped"),
    }),
    kept: t.int({
      description: "Episodes that began below their line; some became alerts later.",
      resolve: ({ lines }) => sum(lines, "kept"),
    }),
    lines: t.field({
      type: [AlarmLineRef],
      description: "The same by kind: anomalies of sensors first, then drift, then anomalies of assets.",
      complexity: { multiplier: BUDGETED_KINDS.length },
      resolve: ({ lines }) => [...lines],
    }),
  }),
});

function sum(lines: readonly LineView[], count: "announced" | "grouped" | "kept"): number {
  return lines.reduce((all, line) => all + line[count], 0);
}

const AlarmBudgetRef = builder.objectRef<AlarmBudgetView>("AlarmBudget").implement({
  description: "At most so many alerts a day, over all sensors and assets that it holds for.",
  fields: (t) => ({
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "It holds for this asset and all below it; null: for all that no other budget holds for.",
      resolve: ({ scope }, _args, { loaders }) => scope === 0 ? null : loaders.assets.load(scope),
    }),
    alertsPerDay: t.float({
      nullable: true,
      description: "Null: none is set here. Then everything is announced, or what is set above the asset holds.",
      resolve: ({ set }) => set?.alertsPerDay,
    }),
    setBy: t.string({ nullable: true, description: "Who set it.", resolve: ({ set }) => set?.setBy }),
    setAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it was set, by the store's clock.",
      resolve: ({ set }) => set?.setAt,
    }),
    sensors: t.exposeInt("sensors", { description: "Sensors in use that it holds for, or would." }),
    least: t.exposeFloat("least", {
      description: "The least that can be set: what is always announced (rarity 20 and more) needs it.",
    }),
    holdsFrom: t.field({
      type: "DateTime",
      nullable: true,
      description:
        "What is set now holds from this day of data time on, the first one without a line; null: no day has one.",
      resolve: ({ holdsFrom }) => holdsFrom === undefined ? null : holdsFrom * DAY_MS,
    }),
    days: t.field({
      type: [AlarmDayRef],
      description: "Its lines with what came of them, the newest first. None before its first day.",
      args: firstArgs(DAYS),
      complexity: listCost(DAYS),
      resolve: ({ scope: budget }, { first }, { scope }) =>
        readLineDays(scope, { scope: budget, days: firstOf(first, DAYS) }),
    }),
  }),
});

const CandidateRef = builder.objectRef<Candidate>("Candidate").implement({
  description: "An episode below the line of the alarm budget: not announced, and not lost.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: KIND }),
    rarity: t.field({
      type: RarityRef,
      description: "The greatest of the episode.",
      resolve: ({ rarity, line }) => ({ ...rarity, line }),
    }),
    severity: t.expose("severity", { type: SeverityEnum, description: "How urgent an alert of it would be." }),
    score: t.exposeFloat("score", { description: "Highest score of the episode, 0 to 1." }),
    reason: t.exposeString("reason", { description: "Why it was scored so, in a sentence." }),
    episodeStart: t.expose("episodeStart", { type: "DateTime", description: "Data time of its first anomaly." }),
    keptAt: t.expose("keptAt", { type: "DateTime", description: "Data time from which it is kept." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "Data time of its end; null: it lasts, and may become an alert yet.",
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
      resolve: (candidate, _args, { loaders }) => assetOf(candidate, loaders),
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch whose readings began it.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
  }),
});

const CandidateListRef = builder.objectRef<CandidateList & { first: number }>("CandidateList").implement({
  description: "What is kept below the line.",
  fields: (t) => ({
    rarest: t.field({
      type: [CandidateRef],
      description: "The rarest, the rarest first: of one day, this is the digest of the day.",
      complexity: { multiplier: 1 },
      resolve: (list) => list.rarest(list.first),
    }),
    totalCount: t.float({ description: "How many there are in all.", resolve: (list) => list.count() }),
  }),
});

const BadActorRef = builder.objectRef<BadActor>("BadActor").implement({
  description: "A sensor that takes up much of the alarm budget.",
  fields: (t) => ({
    sensor: t.field({
      type: SensorRef,
      description: "The sensor.",
      resolve: ({ sensorId }, _args, { loaders }) => loaders.sensors.load(sensorId),
    }),
    alerts: t.exposeInt("alerts", { description: "Alerts of it that were announced by their rarity in the 30 days." }),
  }),
});

builder.queryFields((t) => ({
  alarmBudget: t.field({
    access: "read",
    type: AlarmBudgetRef,
    description: "The alarm budget of all sensors, or of an asset and all below it.",
    args: { asset: t.arg.string({ description: "Key of an asset; left out: all that no other budget holds for." }) },
    complexity: LOOKUP_COST,
    resolve: (_root, { asset }, { scope }) => readAlarmBudget(scope, { assetKey: asset ?? undefined }),
  }),
  candidates: t.field({
    access: "read",
    type: CandidateListRef,
    description: "Episodes below the line of the alarm budget, the rarest first.",
    args: {
      ...firstArgs(CANDIDATES),
      sensor: t.arg.string({ description: "Key of a sensor: only its own." }),
      asset: t.arg.string({ description: "Key of an asset: it, all assets below it, and the sensors of all these." }),
      from: t.arg({ type: "DateTime", description: "Kept from this data time on, or later." }),
      to: t.arg({ type: "DateTime", description: "Kept from before this data time." }),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? CANDIDATES.usually }),
    async resolve(_root, { first, sensor, asset, from, to }, { scope }) {
      const list = await listCandidates(scope, {
        sensorKey: sensor ?? undefined,
        assetKey: asset ?? undefined,
        from: from ?? undefined,
        to: to ?? undefined,
      });
      return { ...list, first: firstOf(first, CANDIDATES) };
    },
  }),
  badActors: t.field({
    access: "read",
    type: [BadActorRef],
    description:
      `The ${BAD_ACTORS} sensors with the most announced alerts of the last 30 days of data time, the worst first.`,
    complexity: { field: LOOKUP_COST, multiplier: BAD_ACTORS },
    resolve: (_root, _args, { scope }) => readBadActors(scope),
  }),
}));

const SetAlarmBudgetInput = builder.inputType("SetAlarmBudgetInput", {
  description: "How many alerts a day, and for what.",
  fields: (t) => ({
    asset: t.string({
      description: "Key of an asset: for it and all below it. Left out: for all that no other budget holds for.",
    }),
    alertsPerDay: t.float({
      description: "At most so many on an ordinary day, as a mean of weeks. Null or left out: no budget here any more.",
    }),
  }),
});

const SetAlarmBudgetPayload = builder.objectRef<{ alarmBudget: AlarmBudgetView }>("SetAlarmBudgetPayload").implement({
  description: "It is set.",
  fields: (t) => ({ alarmBudget: t.expose("alarmBudget", { type: AlarmBudgetRef, description: "The budget now." }) }),
});

builder.mutationField("setAlarmBudget", (t) =>
  t.field({
    access: "configure",
    type: SetAlarmBudgetPayload,
    description:
      "Sets the alarm budget. It holds from the next day of data time on; what was announced before stays as it is.",
    errors: {},
    args: { input: t.arg({ type: SetAlarmBudgetInput, required: true, description: "The budget." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        alarmBudget: await setAlarmBudget(scope, {
          assetKey: input.asset ?? undefined,
          alertsPerDay: input.alertsPerDay ?? undefined,
        }),
      })),
  }));
