import type { Key } from "../../src/domain/access/key.ts";
import { type Tenant, UNKNOWN_SENSORS } from "../../src/domain/access/tenant.ts";
import type { CreatedKey } from "../../src/operations/access/create_key.ts";
import { createTenant } from "../../src/operations/access/create_tenant.ts";
import { configureTenant } from "../../src/operations/access/configure_tenant.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { AccessScopeEnum, ApiKeyRef } from "./key.ts";

const UnknownSensorsEnum = builder.enumType("UnknownSensors", {
  description: "What happens to a reading whose sensor is unknown.",
  values: enumValues(UNKNOWN_SENSORS),
});

const TenantRef = builder.objectRef<Tenant>("Tenant").implement({
  description: "Who owns assets, sensors, readings and alerts, and sees only its own.",
  fields: (t) => ({
    key: t.exposeString("key", { description: "Its name in links and in the names of workflows." }),
    unknownSensors: t.expose("unknownSensors", {
      type: UnknownSensorsEnum,
      description: "What happens to a reading whose sensor is unknown.",
    }),
    timeZone: t.exposeString("timeZone", {
      nullable: true,
      description: "The plant's own time by its IANA name, in which the page shows times; null: each browser's own.",
    }),
  }),
});

builder.queryField("tenant", (t) =>
  t.field({
    access: "read",
    type: TenantRef,
    description: "On whose behalf this request is.",
    complexity: LOOKUP_COST,
    resolve: async (_root, _args, { scope }) => (await scope.store.tenants.byKey(scope.tenant.key))!,
  }));

const SessionRef = builder.objectRef<Pick<Key, "name" | "scopes">>("Session").implement({
  description: "A browser that has signed in with a key. DELETE /session ends it.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name of the key: the actor of what is done in it." }),
    scopes: t.expose("scopes", { type: [AccessScopeEnum], description: "What it may do." }),
  }),
});

builder.queryField("session", (t) =>
  t.field({
    access: "read",
    type: SessionRef,
    nullable: true,
    description: "The session that this request is from; null when it comes with a key, or while nobody needs one.",
    resolve: (_root, _args, { principal: { session, key } }) => session === undefined ? null : key,
  }));

const ConfigureTenantInput = builder.inputType("ConfigureTenantInput", {
  description: "What is left out stays as it is.",
  fields: (t) => ({
    unknownSensors: t.field({
      type: UnknownSensorsEnum,
      description: "What happens to a reading whose sensor is unknown.",
    }),
    timeZone: t.string({
      description: "The plant's own time by its IANA name, such as Europe/Berlin; an empty text: none.",
    }),
  }),
});

const ConfigureTenantPayload = builder.objectRef<{ tenant: Tenant }>("ConfigureTenantPayload").implement({
  description: "It is decided.",
  fields: (t) => ({ tenant: t.expose("tenant", { type: TenantRef, description: "The tenant as it is now." }) }),
});

builder.mutationField("configureTenant", (t) =>
  t.field({
    access: "admin",
    type: ConfigureTenantPayload,
    description:
      "Decides what happens to what comes in, for batches that are ingested from then on, and in which zone times are shown.",
    errors: {},
    args: { input: t.arg({ type: ConfigureTenantInput, required: true, description: "What to decide." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        tenant: await configureTenant(scope, {
          unknownSensors: input.unknownSensors ?? undefined,
          ...input.timeZone == null ? {} : { timeZone: input.timeZone || undefined },
        }),
      })),
  }));

const CreateTenantPayload = builder.objectRef<CreatedKey & { tenant: Tenant }>("CreateTenantPayload").implement({
  description: "The tenant is there, and so is its first key.",
  fields: (t) => ({
    tenant: t.expose("tenant", { type: TenantRef, description: "The new tenant." }),
    key: t.expose("key", { type: ApiKeyRef, description: "What is known of its first key, whose scope is ADMIN." }),
    secret: t.exposeString("text", { description: "The whole key. It is told this once: hand it to the tenant." }),
  }),
});

builder.mutationField("createTenant", (t) =>
  t.field({
    type: CreateTenantPayload,
    access: "admin",
    description:
      "Makes another tenant, who sees nothing of yours. Only the tenant `default`, who runs the service, can.",
    errors: {},
    args: {
      key: t.arg.string({
        required: true,
        description: "1 to 40 small letters and digits, with lines (-) between them.",
      }),
    },
    resolve: (_root, { key }, { scope, keysChanged }) =>
      asResult(async () => {
        const created = await createTenant(scope, key);
        await keysChanged();
        return created;
      }),
  }));
