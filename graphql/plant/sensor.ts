import type { Sensor, SensorProgress } from "../../src/domain/plant/sensor.ts";
import { readingsUntilJudged } from "../../src/domain/detection/sensor_state.ts";
import { registerSensor } from "../../src/operations/plant/register_sensor.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { orNull } from "../loaders.ts";
import { AssetRef, SensorRef } from "../nodes.ts";
import { connectionOf } from "../page.ts";

const LateRef = builder.objectRef<SensorProgress>("LateReadings").implement({
  description:
    "Readings that came after their sensor's watermark had passed them: stored, and judged only when they are reprocessed.",
  fields: (t) => ({
    count: t.exposeInt("late"),
    from: t.expose("lateFrom", { type: "DateTime", nullable: true }),
    to: t.expose("lateTo", { type: "DateTime", nullable: true }),
  }),
});

builder.node(SensorRef, {
  description: "One measuring channel on an asset, with unit and range.",
  id: { resolve: ({ id }) => id },
  loadMany: (ids, { loaders }) => orNull(loaders.sensors, ids),
  fields: (t) => ({
    key: t.exposeString("key"),
    name: t.exposeString("name"),
    quantity: t.exposeString("quantity", {
      description: "What is measured; it chooses the default settings of detection.",
    }),
    unit: t.exposeString("unit", { nullable: true, description: "UCUM code." }),
    rangeMin: t.exposeFloat("rangeMin", { nullable: true }),
    rangeMax: t.exposeFloat("rangeMax", { nullable: true }),
    expectedIntervalMs: t.exposeInt("expectedIntervalMs", { nullable: true }),
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
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    watermark: t.field({
      type: "DateTime",
      nullable: true,
      description: "Data time up to which readings have been judged.",
      resolve: async ({ id }, _args, { loaders }) => (await loaders.progress.load(id)).watermark,
    }),
    judgesAfter: t.int({
      description: "Readings that the sensor has yet to learn from before it is judged; 0: it is judged.",
      resolve: async ({ id, quantity }, _args, { loaders }) =>
        readingsUntilJudged((await loaders.progress.load(id)).state, quantity),
    }),
    late: t.field({ type: LateRef, resolve: ({ id }, _args, { loaders }) => loaders.progress.load(id) }),
  }),
});

builder.queryFields((t) => ({
  sensor: t.field({
    type: SensorRef,
    nullable: true,
    args: { key: t.arg.string({ required: true }) },
    resolve: async (_root, { key }, { scope }) => (await scope.store.sensors.byKeys(scope.tenant.id, [key])).at(0),
  }),
  sensors: t.connection({
    type: SensorRef,
    args: { withRetired: t.arg.boolean({ defaultValue: false, description: "Retired ones too." }) },
    resolve: (_root, { withRetired, ...args }, { scope }) =>
      connectionOf(
        args,
        (page) => scope.store.sensors.page(scope.tenant.id, { ...page, withRetired: withRetired ?? false }),
      ),
  }),
}));

const RegisterSensorInput = builder.inputType("RegisterSensorInput", {
  fields: (t) => ({
    key: t.string({ required: true }),
    name: t.string(),
    assetKey: t.string(),
    quantity: t.string({
      description: "For example temperature, pressure, vibration_velocity; generic when left out.",
    }),
    unit: t.string({ description: "UCUM code, for example Cel." }),
    rangeMin: t.float({ description: "Values below are physically impossible, and go to quarantine." }),
    rangeMax: t.float(),
    expectedIntervalMs: t.int(),
    reorderWindow: t.field({
      type: "Duration",
      description:
        "How far behind the newest reading others may still come and be judged in their place: at most a day. " +
        "For sensors that two sources report, or one that stores and forwards.",
    }),
  }),
});

const RegisterSensorPayload = builder.objectRef<{ sensor: Sensor }>("RegisterSensorPayload").implement({
  fields: (t) => ({ sensor: t.expose("sensor", { type: SensorRef }) }),
});

builder.mutationField("registerSensor", (t) =>
  t.field({
    type: RegisterSensorPayload,
    description: "Describes a sensor: a new one, or the one that has the key.",
    errors: {},
    args: { input: t.arg({ type: RegisterSensorInput, required: true }) },
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
