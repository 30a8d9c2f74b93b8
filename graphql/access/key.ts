import { endOf, type Key } from "../../src/domain/access/key.ts";
import { ACCESS_SCOPES } from "../../src/domain/access/scope.ts";
import { type CreatedKey, createKey } from "../../src/operations/access/create_key.ts";
import { revokeKey } from "../../src/operations/access/revoke_key.ts";
import { type RotatedKey, rotateKey } from "../../src/operations/access/rotate_key.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";

export const AccessScopeEnum = builder.enumType("AccessScope", {
  description: "What a key lets its holder do.",
  values: enumValues(ACCESS_SCOPES),
});

export const ApiKeyRef = builder.objectRef<Key>("ApiKey").implement({
  description: "A key of a program or a person. Its secret is told once, when it is made, and kept nowhere.",
  fields: (t) => ({
    prefix: t.exposeString("prefix", { description: "Its first characters, which name it and open nothing." }),
    name: t.exposeString("name", { description: "Who or what holds it: the actor of what is done with it." }),
    scopes: t.expose("scopes", { type: [AccessScopeEnum], description: "What it lets its holder do." }),
    requestsPerSecond: t.exposeInt("requestsPerSecond", {
      nullable: true,
      description: "How often it may ask; null: no limit of its own. Each gateway counts by itself.",
    }),
    readingsPerSecond: t.exposeInt("readingsPerSecond", {
      nullable: true,
      description: "How many readings it may send; null: no limit of its own. Each gateway counts by itself.",
    }),
    createdAt: t.expose("createdAtMs", { type: "DateTime", description: "When it was made." }),
    createdBy: t.exposeString("createdBy", { description: "Who made it." }),
    expiresAt: t.expose("expiresAtMs", {
      type: "DateTime",
      nullable: true,
      description: "When it ends by itself; null: never.",
    }),
    revokedAt: t.expose("revokedAtMs", {
      type: "DateTime",
      nullable: true,
      description: "When it was revoked; null: it was not.",
    }),
    lastUsedAt: t.expose("lastUsedAtMs", {
      type: "DateTime",
      nullable: true,
      description: "When it was used last, to the minute; null: not yet.",
    }),
    active: t.boolean({
      description: "Whether it opens anything now.",
      resolve: (key, _args, { scope }) => endOf(key, scope.clock.nowMs()) === undefined,
    }),
  }),
});

builder.queryField("keys", (t) =>
  t.field({
    type: [ApiKeyRef],
    access: "admin",
    description: "All keys that there have been, the newest first.",
    complexity: { field: LOOKUP_COST, multiplier: 50 },
    resolve: (_root, _args, { scope }) => scope.store.keys.list(scope.tenant.id),
  }));

const CreateKeyInput = builder.inputType("CreateKeyInput", {
  description: "What a key is for.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Who or what will hold it. At most 200 characters." }),
    scopes: t.field({ type: [AccessScopeEnum], required: true, description: "What it lets its holder do." }),
    expiresAt: t.field({ type: "DateTime", description: "When it ends by itself; left out: never." }),
    requestsPerSecond: t.int({ description: "How often it may ask; left out: no limit of its own." }),
    readingsPerSecond: t.int({ description: "How many readings it may send; left out: no limit of its own." }),
  }),
});

const CreateKeyPayload = builder.objectRef<CreatedKey>("CreateKeyPayload").implement({
  description: "The key is made.",
  fields: (t) => ({
    key: t.expose("key", { type: ApiKeyRef, description: "What is known of it from now on." }),
    secret: t.exposeString("text", { description: "The whole key. It is told this once: keep it." }),
  }),
});

const RotateKeyInput = builder.inputType("RotateKeyInput", {
  description: "Which key to replace, and for how long both are good.",
  fields: (t) => ({
    prefix: t.string({ required: true, description: "First characters of the key." }),
    overlap: t.field({
      type: "Duration",
      defaultValue: 86_400_000,
      description: "How long the old one stays good, at most 30 days; null: it ends at once.",
    }),
    expiresAt: t.field({ type: "DateTime", description: "When the new one ends by itself; left out: never." }),
  }),
});

const RotateKeyPayload = builder.objectRef<RotatedKey>("RotateKeyPayload").implement({
  description: "There is a new key beside the old one.",
  fields: (t) => ({
    key: t.expose("key", { type: ApiKeyRef, description: "The new one." }),
    replaced: t.expose("replaced", { type: ApiKeyRef, description: "The old one, with the time when it ends." }),
    secret: t.exposeString("text", { description: "The whole new key. It is told this once: keep it." }),
  }),
});

const RevokeKeyPayload = builder.objectRef<{ key: Key }>("RevokeKeyPayload").implement({
  description: "The key opens nothing any more.",
  fields: (t) => ({ key: t.expose("key", { type: ApiKeyRef, description: "The key as it is now." }) }),
});

builder.mutationFields((t) => ({
  createKey: t.field({
    type: CreateKeyPayload,
    access: "admin",
    description: "Makes a key. From the first one on, everything needs one; so the first has the scope ADMIN.",
    errors: {},
    args: { input: t.arg({ type: CreateKeyInput, required: true, description: "What it is for." }) },
    resolve: (_root, { input }, { scope, keysChanged }) =>
      asResult(async () => {
        const created = await createKey(scope, {
          ...input,
          expiresAtMs: input.expiresAt ?? undefined,
          requestsPerSecond: input.requestsPerSecond ?? undefined,
          readingsPerSecond: input.readingsPerSecond ?? undefined,
        });
        await keysChanged();
        return created;
      }),
  }),
  rotateKey: t.field({
    type: RotateKeyPayload,
    access: "admin",
    description: "Makes another key for the same purpose. The old one stays good for the overlap, and then ends.",
    errors: {},
    args: { input: t.arg({ type: RotateKeyInput, required: true, description: "Which one, and how." }) },
    resolve: (_root, { input: { prefix, overlap, expiresAt } }, { scope, keysChanged }) =>
      asResult(async () => {
        const rotated = await rotateKey(scope, {
          prefix,
          overlapMs: overlap ?? 0,
          expiresAtMs: expiresAt ?? undefined,
        });
        await keysChanged();
        return rotated;
      }),
  }),
  revokeKey: t.field({
    type: RevokeKeyPayload,
    access: "admin",
    description: "Ends a key, its sessions and its subscriptions: here at once, in other gateways within 5 seconds.",
    errors: {},
    args: { prefix: t.arg.string({ required: true, description: "First characters of the key." }) },
    resolve: (_root, { prefix }, { scope, keysChanged }) =>
      asResult(async () => {
        const key = await revokeKey(scope, prefix);
        await keysChanged();
        return { key };
      }),
  }),
}));
