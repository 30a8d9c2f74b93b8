import type { Sensor, SensorId, SensorProgress } from "../../src/domain/plant/sensor.ts";
import { parseState, readingsUntilJudged } from "../../src/domain/detection/sensor_state.ts";
import { registerSensor } from "../../src/operations/plant/register_sensor.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { rowId, SMALL_ID_MAX } from "../ids.ts";
import { keyArg } from "../keys.ts";
import { orNull } from "../loaders.ts";
import { AssetRef, SensorRef } from "../nodes.ts";
import { SettingsRef } from "../detection/settings.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";

export const LateRef = builder.objectRef<Pick<SensorProgress, "late" | "lateFrom" | "lateTo">>("LateReadings")
  .implement({
    description:
      "Readings that came after the watermark had passed them: stored, and judged only when they are reprocessed.",
    fields: (t) => ({
      count: t.exposeFloat("late", { description: "How many." }),
      from: t.expose("lateFrom", {
        type: "DateTime",
        nullable: true,
        description: "Data time of the earliest; null when there are none.",
      }),
      to: t.expose("lateTo", {
        type: "DateTime",
        nullable: true,
        description: "Data time of the latest; null when there are none.",
      }),
    }),
  });

builder.node(SensorRef, {
  description: "One measuring channel on an asset, with unit and range.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<SensorId>(id, SMALL_ID_MAX) },
  loadMany: (ids, { loaders }) => orNull(loaders.sensors, ids),
  fields: (t) => ({
    key: t.exposeString("key", { description: "The name that readings are sent under; unique." }),
    name: t.exposeString("name", { description: "What people call it." }),
    quantity: t.exposeString("quantity", {
      description: "What is measured; it chooses the default settings of detection.",
    }),
    unit: t.exposeString("unit", { nullable: true, description: "UCUM code." }),
    rangeMin: t.exposeFloat("rangeMin", {
      nullable: true,
      description: "Values below are physically impossible, and go to quarantine.",
    }),
    rangeMax: t.exposeFloat("rangeMax", {
      nullable: true,
      description: "Values above are physically impossible, and go to quarantine.",
    }),
    expectedIntervalMs: t.exposeInt("expectedIntervalMs", {
      nullable: true,
      description: "Usual time between two readings; a longer one is counted as a gap.",
    }),
    reorderWindow: t.expose("reorderWindowMs", {
      type: "Duration",
      nullable: true,
      description:
        "How far behind the newest reading others may still come, from whatever source, and be judged in their place. " +
        "Alerts come that much later. Null: what is behind the watermark is late.",
    }),
    retiredAt: t.expose("retiredAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was taken out of use: it takes no readings since.",
    }),
    registered: t.exposeBoolean("registered", { description: "False while the sensor is known from batches only." }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "What it measures; null while nobody has said.",
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    watermark: t.field({
      type: "DateTime",
      nullable: true,
      description: "Data time up to which readings have been judged; never later than the receipt of the newest batch.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.progress.load(id)).watermark,
    }),
    judgesAfter: t.int({
      description: "Readings that the sensor has yet to learn from before it is judged; 0: it is judged.",
      resolve: async (sensor, _args, { loaders }) =>
        readingsUntilJudged(
          (await loaders.progress.load(sensor.id)).state,
          (await loaders.judgings.load(sensor)).set,
        ),
    }),
    settings: t.field({
      type: SettingsRef,
      description: "What is live for it, with all layers. It is judged by them from its next reading on.",
      resolve: async (sensor, _args, { loaders }) => (await loaders.judgings.load(sensor)).settings,
    }),
    judgedBy: t.string({
      nullable: true,
      description: "What it was judged by until its watermark: name, version and fingerprint of the settings. Null: " +
        "it has no state yet.",
      resolve: async ({ id }, _args, { loaders }) => parseState((await loaders.progress.load(id)).state)?.version,
    }),
    late: t.field({
      type: LateRef,
      description: "Its readings that came too late to be judged.",
      resolve: ({ id }, _args, { loaders }) => loaders.progress.load(id),
    }),
  }),
});

const SensorConnection = builder.connectionObject({ type: SensorRef, name: "SensorConnection" });

builder.queryFields((t) => ({
  sensor: t.field({
    access: "read",
    type: SensorRef,
    nullable: true,
    description: "The sensor that has this key; null when there is none.",
    args: { key: t.arg.string({ required: true, description: "Key of a sensor." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { key }, { scope }) =>
      (await scope.store.sensors.byKeys(scope.tenant.id, [keyArg("key", key)])).at(0),
  }),
  sensors: t.field({
    access: "read",
    type: SensorConnection,
    description: "All sensors, the last known first.",
    args: { ...PAGE_ARGS, withRetired: t.arg.boolean({ defaultValue: false, description: "Retired ones too." }) },
    complexity: pageCost,
    resolve: (_root, { withRetired, ...args }, { scope }) => {
      const filter = { withRetired: withRetired ?? false };
      return connectionOf(args, (page) => scope.store.sensors.page(scope.tenant.id, { ...page, ...filter }));
    },
  }),
}));

const RegisterSensorInput = builder.inputType("RegisterSensorInput", {
  description: "What is to be known of a sensor.",
  fields: (t) => ({
    key: t.string({ required: true, description: "The name that readings are sent under. At most 200 characters." }),
    name: t.string({ description: "What people call it; its key when left out." }),
    assetKey: t.string({ description: "Key of the asset that it measures." }),
    quantity: t.string({
      description: "For example temperature, pressure, vibration_velocity; generic when left out.",
    }),
    unit: t.string({ description: "UCUM code, for example Cel." }),
    rangeMin: t.float({ description: "Values below are physically impossible, and go to quarantine." }),
    rangeMax: t.float({ description: "Values above are physically impossible, and go to quarantine." }),
    expectedIntervalMs: t.int({ description: "Usual time between two readings; a longer one is counted as a gap." }),
    reorderWindow: t.field({
      type: "Duration",
      description:
        "How far behind the newest reading others may still come and be judged in their place: at most a day. " +
        "For sensors that two sources report, or one that stores and forwards.",
    }),
  }),
});

const RegisterSensorPayload = builder.objectRef<{ sensor: Sensor }>("RegisterSensorPayload").implement({
  description: "The sensor is described.",
  fields: (t) => ({ sensor: t.expose("sensor", { type: SensorRef, description: "The sensor as it is now." }) }),
});

builder.mutationField("registerSensor", (t) =>
  t.field({
    access: "configure",
    type: RegisterSensorPayload,
    description: "Describes a sensor: a new one, or the one that has the key.",
    errors: {},
    args: { input: t.arg({ type: RegisterSensorInput, required: true, description: "The sensor." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        sensor: await registerSensor(scope, {
          key: input.key,
          name: input.name,
          assetKey: input.assetKey,
          quantity: input.quantity,
          unit: input.unit,
          rangeMin: input.rangeMin,
          rangeMax: input.rangeMax,
          expectedIntervalMs: input.expectedIntervalMs,
          reorderWindowMs: input.reorderWindow,
        }),
      })),
  }));
