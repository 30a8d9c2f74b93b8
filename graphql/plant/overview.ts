/** The plant at a glance: what stands, on the whole of it and on each asset with all below it. */
import type { AssetId } from "../../src/domain/plant/asset.ts";
import type { Asset } from "../../src/domain/plant/asset.ts";
import type { Sensor } from "../../src/domain/plant/sensor.ts";
import {
  alertHoursOf,
  countSensors,
  SENSOR_STATES,
  sensorState,
  standingOf,
  worstOf,
} from "../../src/operations/plant/read_overview.ts";
import { readingsUntilJudged } from "../../src/domain/detection/sensor_state.ts";
import {
  type AlertHour,
  type LastReading,
  PLANT,
  type SensorCounts,
  type Standing,
} from "../../src/ports/plant/overview.ts";
import { SeverityEnum } from "../alerting/enums.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { loaderOf } from "../lazy_loaders.ts";
import { AssetRef, SensorRef } from "../nodes.ts";

const StandingRef = builder.objectRef<Standing>("StandingAlerts").implement({
  description: "Alerts whose condition stands, but for those that are shelved or suppressed.",
  fields: (t) => ({
    critical: t.float({ description: "Of severity CRITICAL.", resolve: ({ bySeverity }) => bySeverity.CRITICAL }),
    high: t.float({ description: "Of severity HIGH.", resolve: ({ bySeverity }) => bySeverity.HIGH }),
    medium: t.float({ description: "Of severity MEDIUM.", resolve: ({ bySeverity }) => bySeverity.MEDIUM }),
    low: t.float({ description: "Of severity LOW.", resolve: ({ bySeverity }) => bySeverity.LOW }),
    worst: t.field({
      type: SeverityEnum,
      nullable: true,
      description: "The highest severity among them; null when none stands.",
      resolve: (standing) => worstOf(standing),
    }),
    unacknowledged: t.exposeFloat("unacknowledged", { description: "Of these, those that nobody has seen." }),
    returned: t.exposeFloat("returned", {
      description: "Besides these: alerts whose condition is over and that nobody has seen.",
    }),
    oldest: t.expose("oldest", {
      type: "DateTime",
      nullable: true,
      description: "When the oldest of them was opened, in data time.",
    }),
  }),
});

const SensorCountsRef = builder.objectRef<SensorCounts>("SensorCounts").implement({
  description: "Sensors in use.",
  fields: (t) => ({
    all: t.exposeFloat("all", { description: "All of them." }),
    learning: t.exposeFloat("learning", { description: "Those that are not judged yet." }),
    silent: t.exposeFloat("silent", { description: "Those that should have spoken and have not." }),
  }),
});

const AlertHourRef = builder.objectRef<AlertHour>("AlertHour").implement({
  description: "An hour in which alerts were opened.",
  fields: (t) => ({
    hour: t.expose("hour", { type: "DateTime", description: "Its beginning, in data time." }),
    opened: t.exposeFloat("opened", { description: "Alerts opened in it." }),
    worst: t.expose("worst", { type: SeverityEnum, description: "The highest severity among them." }),
  }),
});

const standing = loaderOf<AssetId, Standing>((scope, ids) => standingOf(scope, ids));
const counts = loaderOf<AssetId, SensorCounts>((scope, ids) => countSensors(scope, ids));
const children = loaderOf<AssetId, readonly AssetId[]>(async ({ store, tenant }, ids) => {
  const found = await store.overview.children(tenant.id, ids);
  return ids.map((id) => found.get(id) ?? []);
});
const last = loaderOf<Sensor["id"], LastReading | null>(async ({ store, tenant }, ids) => {
  const found = new Map((await store.overview.last(tenant.id, ids)).map((row) => [row.sensorId, row]));
  return ids.map((id) => found.get(id) ?? null);
});

const RANGE = builder.args((t) => ({
  from: t.field({ type: "DateTime", required: true, description: "Data time, inclusive." }),
  to: t.field({ type: "DateTime", required: true, description: "Data time, exclusive." }),
}));

builder.objectFields(AssetRef, (t) => ({
  children: t.field({
    type: [AssetRef],
    description: "Assets that are parts of it, by name; those out of use are left out.",
    complexity: { multiplier: 20 },
    resolve: async ({ id }, _args, context) => {
      const ids = await children(context).load(id);
      return await Promise.all(ids.map((child) => context.loaders.assets.load(child)));
    },
  }),
  path: t.field({
    type: [AssetRef],
    description: "The assets that it is a part of, the topmost first, and itself.",
    complexity: { multiplier: 5 },
    resolve: (asset, _args, { loaders }) => pathOf(asset, (id) => loaders.assets.load(id)),
  }),
  standing: t.field({
    type: StandingRef,
    description: "What stands on it and on all below it.",
    resolve: ({ id }, _args, context) => standing(context).load(id),
  }),
  sensorCounts: t.field({
    type: SensorCountsRef,
    description: "Its sensors and those of all below it.",
    resolve: ({ id }, _args, context) => counts(context).load(id),
  }),
  alertHours: t.field({
    type: [AlertHourRef],
    description: "Hours in which alerts were opened on it or below it.",
    args: RANGE,
    complexity: { multiplier: 6 },
    resolve: ({ id }, range, context) => hours(context, range).load(id),
  }),
}));

/** Assets may be set up in a circle by mistake; nobody is above so many others. */
const ABOVE_MAX = 30;

async function pathOf(asset: Asset, load: (id: AssetId) => Promise<Asset>): Promise<Asset[]> {
  const path = [asset];
  while (path[0].parentId !== undefined && path.length < ABOVE_MAX) path.unshift(await load(path[0].parentId));
  return path;
}

/** One loader for each range that an operation asks for. */
function hours(context: Parameters<typeof standing>[0], range: { from: number; to: number }) {
  return loaderOf<AssetId, readonly AlertHour[]>((scope, ids) => alertHoursOf(scope, ids, range))(
    context,
    `hours ${range.from} ${range.to}`,
  );
}

const LastReadingRef = builder.objectRef<LastReading>("LastReading").implement({
  description: "The newest reading of a sensor.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Its data time." }),
    value: t.exposeFloat("value", { description: "Its value, in the sensor's unit." }),
    status: t.exposeFloat("status", { description: "Its OPC UA status code." }),
  }),
});

const SensorStateEnum = builder.enumType("SensorState", {
  description: "What a sensor does.",
  values: enumValues(SENSOR_STATES),
});

builder.objectFields(SensorRef, (t) => ({
  last: t.field({
    type: LastReadingRef,
    nullable: true,
    description: "Its newest reading; null while there is none, or when it is too old to be kept.",
    resolve: ({ id }, _args, context) => last(context).load(id),
  }),
  state: t.field({
    type: SensorStateEnum,
    description: "What it does.",
    resolve: async (sensor, _args, { loaders, scope }) => {
      const { watermark, state } = await loaders.progress.load(sensor.id);
      const readingsLeft = readingsUntilJudged(state, (await loaders.judgings.load(sensor)).set);
      return sensorState({ sensor, watermark, readingsLeft, nowMs: scope.clock.nowMs() });
    },
  }),
}));

const UNPLACED_MAX = 200;

const PlantRef = builder.objectRef<Record<never, never>>("Plant").implement({
  description: "All that the tenant has.",
  fields: (t) => ({
    now: t.field({
      type: "DateTime",
      description: "The service's clock.",
      resolve: (_plant, _args, { scope }) => scope.clock.nowMs(),
    }),
    standing: t.field({
      type: StandingRef,
      description: "What stands anywhere.",
      resolve: (_plant, _args, context) => standing(context).load(PLANT),
    }),
    sensorCounts: t.field({
      type: SensorCountsRef,
      description: "Its sensors.",
      resolve: (_plant, _args, context) => counts(context).load(PLANT),
    }),
    alertHours: t.field({
      type: [AlertHourRef],
      description: "Hours in which alerts were opened.",
      args: RANGE,
      complexity: { multiplier: 6 },
      resolve: (_plant, range, context) => hours(context, range).load(PLANT),
    }),
    roots: t.field({
      type: [AssetRef],
      description: "Assets that are a part of nothing, by name.",
      complexity: { field: LOOKUP_COST, multiplier: 20 },
      resolve: async (_plant, _args, { scope, loaders }) => {
        const ids = await scope.store.overview.roots(scope.tenant.id);
        return await Promise.all(ids.map((id) => loaders.assets.load(id)));
      },
    }),
    unplaced: t.field({
      type: [SensorRef],
      description: `Sensors that nobody has said the asset of, the last known first: at most ${UNPLACED_MAX}.`,
      complexity: { field: LOOKUP_COST, multiplier: 50 },
      resolve: async (_plant, _args, { scope, loaders }) => {
        const ids = await scope.store.overview.unplaced(scope.tenant.id, UNPLACED_MAX);
        return await Promise.all(ids.map((id) => loaders.sensors.load(id)));
      },
    }),
  }),
});

builder.queryField("plant", (t) =>
  t.field({
    access: "read",
    type: PlantRef,
    description: "The plant at a glance.",
    complexity: LOOKUP_COST,
    resolve: () => ({}),
  }));
