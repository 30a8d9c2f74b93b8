import { type Tenant, UNKNOWN_SENSORS } from "../../src/domain/access/tenant.ts";
import { configureTenant } from "../../src/operations/access/configure_tenant.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";

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
  }),
});

builder.queryField("tenant", (t) =>
  t.field({
    type: TenantRef,
    description: "On whose behalf this request is.",
    complexity: LOOKUP_COST,
    resolve: async (_root, _args, { scope }) => (await scope.store.tenants.byKey(scope.tenant.key))!,
  }));

const ConfigureTenantInput = builder.inputType("ConfigureTenantInput", {
  description: "What is left out stays as it is.",
  fields: (t) => ({
    unknownSensors: t.field({
      type: UnknownSensorsEnum,
      description: "What happens to a reading whose sensor is unknown.",
    }),
  }),
});

const ConfigureTenantPayload = builder.objectRef<{ tenant: Tenant }>("ConfigureTenantPayload").implement({
  description: "It is decided.",
  fields: (t) => ({ tenant: t.expose("tenant", { type: TenantRef, description: "The tenant as it is now." }) }),
});

builder.mutationField("configureTenant", (t) =>
  t.field({
    type: ConfigureTenantPayload,
    description: "Decides what happens to what comes in. Batches that are ingested from then on go by it.",
    errors: {},
    args: { input: t.arg({ type: ConfigureTenantInput, required: true, description: "What to decide." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        tenant: await configureTenant(scope, { unknownSensors: input.unknownSensors ?? undefined }),
      })),
  }));
