import type { Asset } from "../../src/domain/plant/asset.ts";
import { CRITICALITIES } from "../../src/domain/plant/asset.ts";
import { registerAsset } from "../../src/operations/plant/register_asset.ts";
import { builder, enumValues } from "../builder.ts";
import { asResult } from "../errors.ts";
import { orNull } from "../loaders.ts";
import { connectionOf } from "../page.ts";
import { AssetRef, SensorRef } from "../nodes.ts";

export const CriticalityEnum = builder.enumType("Criticality", {
  description: "How much the plant depends on an asset.",
  values: enumValues(CRITICALITIES),
});

builder.node(AssetRef, {
  description: "A maintained machine or a part of one; assets form a tree.",
  id: { resolve: ({ id }) => id },
  loadMany: (ids, { loaders }) => orNull(loaders.assets, ids),
  fields: (t) => ({
    key: t.exposeString("key"),
    name: t.exposeString("name"),
    criticality: t.expose("criticality", { type: CriticalityEnum }),
    level: t.exposeInt("level", { nullable: true, description: "ISO 14224 taxonomy level, 1 to 9." }),
    retiredAt: t.expose("retiredAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was taken out of use.",
    }),
    parent: t.field({
      type: AssetRef,
      nullable: true,
      resolve: ({ parentId }, _args, { loaders }) => parentId === undefined ? null : loaders.assets.load(parentId),
    }),
    sensors: t.field({
      type: [SensorRef],
      description: "Sensors of this asset and of the assets below it.",
      resolve: ({ id }, _args, { scope }) => scope.store.sensors.ofAsset(scope.tenant.id, id),
    }),
  }),
});

builder.queryFields((t) => ({
  asset: t.field({
    type: AssetRef,
    nullable: true,
    args: { key: t.arg.string({ required: true }) },
    resolve: (_root, { key }, { scope }) => scope.store.assets.byKey(scope.tenant.id, key),
  }),
  assets: t.connection({
    type: AssetRef,
    args: { withRetired: t.arg.boolean({ defaultValue: false, description: "Retired ones too." }) },
    resolve: (_root, { withRetired, ...args }, { scope }) =>
      connectionOf(
        args,
        (page) => scope.store.assets.page(scope.tenant.id, { ...page, withRetired: withRetired ?? false }),
      ),
  }),
}));

const RegisterAssetInput = builder.inputType("RegisterAssetInput", {
  fields: (t) => ({
    key: t.string({ required: true }),
    name: t.string(),
    parentKey: t.string(),
    criticality: t.field({ type: CriticalityEnum }),
    level: t.int({ description: "ISO 14224 taxonomy level, 1 to 9." }),
  }),
});

const RegisterAssetPayload = builder.objectRef<{ asset: Asset }>("RegisterAssetPayload").implement({
  fields: (t) => ({ asset: t.expose("asset", { type: AssetRef }) }),
});

builder.mutationField("registerAsset", (t) =>
  t.field({
    type: RegisterAssetPayload,
    description: "Describes an asset: a new one, or the one that has the key.",
    errors: {},
    args: { input: t.arg({ type: RegisterAssetInput, required: true }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        asset: await registerAsset(scope, {
          key: input.key,
          name: input.name,
          parentKey: input.parentKey,
          criticality: input.criticality,
          level: input.level,
        }),
      })),
  }));
