import { type Asset, type AssetId, CRITICALITIES } from "../../src/domain/plant/asset.ts";
import { registerAsset } from "../../src/operations/plant/register_asset.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { rowId, SMALL_ID_MAX } from "../ids.ts";
import { keyArg } from "../keys.ts";
import { orNull } from "../loaders.ts";
import { connectionOf, firstArgs, firstOf, listCost, PAGE_ARGS, pageCost } from "../page.ts";
import { AssetRef, SensorRef } from "../nodes.ts";

export const CriticalityEnum = builder.enumType("Criticality", {
  description: "How much the plant depends on an asset.",
  values: enumValues(CRITICALITIES),
});

const SENSORS = { usually: 100 };

builder.node(AssetRef, {
  description: "A maintained machine or a part of one; assets form a tree.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<AssetId>(id, SMALL_ID_MAX) },
  loadMany: (ids, { loaders }) => orNull(loaders.assets, ids),
  fields: (t) => ({
    key: t.exposeString("key", { description: "The plant's own name for it; unique." }),
    name: t.exposeString("name", { description: "What people call it." }),
    criticality: t.expose("criticality", {
      type: CriticalityEnum,
      description: "How much the plant depends on it; it raises or lowers the severity of alerts.",
    }),
    level: t.exposeInt("level", { nullable: true, description: "ISO 14224 taxonomy level, 1 to 9." }),
    reorderWindow: t.expose("reorderWindowMs", {
      type: "Duration",
      nullable: true,
      description:
        "How far behind the asset's newest reading those of its other sensors may still come, from whatever source, and " +
        "be judged with them. It is judged later by as much while a sensor is silent. Null: that is learnt.",
    }),
    retiredAt: t.expose("retiredAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was taken out of use.",
    }),
    parent: t.field({
      type: AssetRef,
      nullable: true,
      description: "What it is a part of; null at the top.",
      resolve: ({ parentId }, _args, { loaders }) => parentId === undefined ? null : loaders.assets.load(parentId),
    }),
    sensors: t.field({
      type: [SensorRef],
      description: "Sensors of this asset and of the assets below it, oldest first.",
      args: firstArgs(SENSORS),
      complexity: listCost(SENSORS),
      resolve: ({ id }, { first }, { loaders }) =>
        loaders.assetSensors.load({ of: id, limit: firstOf(first, SENSORS) }),
    }),
  }),
});

const AssetConnection = builder.connectionObject({ type: AssetRef, name: "AssetConnection" });

builder.queryFields((t) => ({
  asset: t.field({
    access: "read",
    type: AssetRef,
    nullable: true,
    description: "The asset that has this key; null when there is none.",
    args: { key: t.arg.string({ required: true, description: "Key of an asset." }) },
    complexity: LOOKUP_COST,
    resolve: (_root, { key }, { scope }) => scope.store.assets.byKey(scope.tenant.id, keyArg("key", key)),
  }),
  assets: t.field({
    access: "read",
    type: AssetConnection,
    description: "All assets, the last registered first.",
    args: { ...PAGE_ARGS, withRetired: t.arg.boolean({ defaultValue: false, description: "Retired ones too." }) },
    complexity: pageCost,
    resolve: (_root, { withRetired, ...args }, { scope }) => {
      const filter = { withRetired: withRetired ?? false };
      return connectionOf(args, (page) => scope.store.assets.page(scope.tenant.id, { ...page, ...filter }));
    },
  }),
}));

const RegisterAssetInput = builder.inputType("RegisterAssetInput", {
  description: "What is to be known of an asset.",
  fields: (t) => ({
    key: t.string({ required: true, description: "The plant's own name for it. At most 200 characters." }),
    name: t.string({ description: "What people call it; its key when left out." }),
    parentKey: t.string({ description: "Key of the asset that it is a part of." }),
    criticality: t.field({ type: CriticalityEnum, description: "How much the plant depends on it; B when left out." }),
    level: t.int({ description: "ISO 14224 taxonomy level, 1 to 9." }),
    reorderWindow: t.field({
      type: "Duration",
      description:
        "How far behind the asset's newest reading those of its other sensors may still come and be judged with them, at " +
        "most a day; learnt when left out.",
    }),
  }),
});

const RegisterAssetPayload = builder.objectRef<{ asset: Asset }>("RegisterAssetPayload").implement({
  description: "The asset is described.",
  fields: (t) => ({ asset: t.expose("asset", { type: AssetRef, description: "The asset as it is now." }) }),
});

builder.mutationField("registerAsset", (t) =>
  t.field({
    access: "configure",
    type: RegisterAssetPayload,
    description: "Describes an asset: a new one, or the one that has the key.",
    errors: {},
    args: { input: t.arg({ type: RegisterAssetInput, required: true, description: "The asset." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        asset: await registerAsset(scope, {
          key: input.key,
          name: input.name,
          parentKey: input.parentKey,
          criticality: input.criticality,
          level: input.level,
          reorderWindowMs: input.reorderWindow,
        }),
      })),
  }));
