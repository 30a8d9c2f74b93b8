/** Taking sensors and assets out of use, and giving them other keys. */
import { renameAsset, renameSensor, retireAsset, retireSensor } from "../../src/operations/plant/retire.ts";
import type { Asset } from "../../src/domain/plant/asset.ts";
import type { Sensor } from "../../src/domain/plant/sensor.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { AssetRef, SensorRef } from "../nodes.ts";

const KEY = { required: true, description: "Its key." } as const;
const NEW_KEY = { required: true, description: "The key that it has from now on." } as const;

const sensorPayload = (name: string) =>
  builder.objectRef<{ sensor: Sensor }>(name).implement({
    description: "The sensor as it is now.",
    fields: (t) => ({ sensor: t.expose("sensor", { type: SensorRef, description: "The sensor." }) }),
  });

const assetPayload = (name: string) =>
  builder.objectRef<{ asset: Asset }>(name).implement({
    description: "The asset as it is now.",
    fields: (t) => ({ asset: t.expose("asset", { type: AssetRef, description: "The asset." }) }),
  });

builder.mutationFields((t) => ({
  retireSensor: t.field({
    access: "configure",
    type: sensorPayload("RetireSensorPayload"),
    description:
      "Takes a sensor out of use: it keeps what it has, and its readings go to quarantine until it is registered again.",
    errors: {},
    args: { key: t.arg.string(KEY) },
    resolve: (_root, { key }, { scope }) => asResult(async () => ({ sensor: await retireSensor(scope, key) })),
  }),
  retireAsset: t.field({
    access: "configure",
    type: assetPayload("RetireAssetPayload"),
    description: "Takes an asset out of use, until it is registered again. What is below it stays in use.",
    errors: {},
    args: { key: t.arg.string(KEY) },
    resolve: (_root, { key }, { scope }) => asResult(async () => ({ asset: await retireAsset(scope, key) })),
  }),
  renameSensor: t.field({
    access: "configure",
    type: sensorPayload("RenameSensorPayload"),
    description: "Gives a sensor another key. A batch that still names the old one means another sensor.",
    errors: {},
    args: { key: t.arg.string(KEY), newKey: t.arg.string(NEW_KEY) },
    resolve: (_root, args, { scope }) => asResult(async () => ({ sensor: await renameSensor(scope, args) })),
  }),
  renameAsset: t.field({
    access: "configure",
    type: assetPayload("RenameAssetPayload"),
    description: "Gives an asset another key.",
    errors: {},
    args: { key: t.arg.string(KEY), newKey: t.arg.string(NEW_KEY) },
    resolve: (_root, args, { scope }) => asResult(async () => ({ asset: await renameAsset(scope, args) })),
  }),
}));
