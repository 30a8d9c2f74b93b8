/** Maintenance windows, and what is out of service. */
import type { ServiceWindow, WindowId } from "../../src/domain/alerting/window.ts";
import {
  closeMaintenanceWindow,
  openMaintenanceWindow,
  returnToService,
  takeOutOfService,
} from "../../src/operations/alerting/change_windows.ts";
import { builder, enumValues } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId, SMALL_ID_MAX } from "../ids.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";
import { AssetRef, SensorRef, ServiceWindowRef } from "../nodes.ts";

const ServiceWindowKindEnum = builder.enumType("ServiceWindowKind", {
  description: "Why alerts bother nobody for a time.",
  values: enumValues({
    maintenance_window: "The sensor or asset is being worked on, until a time that was said beforehand.",
    out_of_service: "The sensor or asset is out of service until somebody returns it.",
  }),
});

builder.node(ServiceWindowRef, {
  description: "A time during which the alerts of a sensor, or of an asset and all below it, are suppressed.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<WindowId>(id, SMALL_ID_MAX) },
  async loadMany(ids, { scope }) {
    const windows = new Map((await scope.store.windows.byIds(scope.tenant.id, ids)).map((one) => [one.id, one]));
    return ids.map((id) => windows.get(id) ?? null);
  },
  fields: (t) => ({
    kind: t.expose("kind", { type: ServiceWindowKindEnum, description: "Why it is." }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      description: "The sensor that it is about; null when it is about an asset.",
      resolve: ({ subject }, _args, { loaders }) =>
        subject.sensorId === undefined ? null : loaders.sensors.load(subject.sensorId),
    }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset that it is about, with all below it; null when it is about a sensor.",
      resolve: ({ subject }, _args, { loaders }) =>
        subject.assetId === undefined ? null : loaders.assets.load(subject.assetId),
    }),
    from: t.expose("startsAt", { type: "DateTime", description: "From when on." }),
    to: t.expose("endsAt", {
      type: "DateTime",
      nullable: true,
      description: "Until when it was planned; null when it lasts until somebody ends it.",
    }),
    reason: t.exposeString("reason", { description: "Why, in the words of whoever opened it." }),
    openedBy: t.exposeString("openedBy", { description: "Who opened it." }),
    openedAt: t.expose("openedAt", { type: "DateTime", description: "When somebody said so." }),
    closedAt: t.expose("closedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended; null while it is open or has not begun.",
    }),
    closedBy: t.exposeString("closedBy", {
      nullable: true,
      description: "Who ended it: a person, or the service when its time was over.",
    }),
  }),
});

const ServiceWindowConnection = builder.connectionObject({ type: ServiceWindowRef, name: "ServiceWindowConnection" });

builder.queryField("serviceWindows", (t) =>
  t.field({
    access: "read",
    type: ServiceWindowConnection,
    description: "Maintenance windows and what is or was out of service, the last opened first.",
    args: {
      ...PAGE_ARGS,
      open: t.arg.boolean({ description: "True: those that have not ended; false: those that have." }),
      kind: t.arg({ type: ServiceWindowKindEnum, description: "Only those of this kind." }),
    },
    complexity: pageCost,
    resolve: (_root, { open, kind, ...args }, { scope }) =>
      connectionOf(args, (page) =>
        scope.store.windows.page(scope.tenant.id, { ...page, open: open ?? undefined, kind: kind ?? undefined })),
  }));

const payload = (name: string) =>
  builder.objectRef<{ window: ServiceWindow }>(name).implement({
    description: "It is done, and the alerts that stand know of it.",
    fields: (t) => ({
      window: t.expose("window", { type: ServiceWindowRef, description: "The window as it is now." }),
    }),
  });

const SENSOR = "Key of a sensor; either it or `asset`.";
const ASSET = "Key of an asset: with all assets below it and the sensors of all these; either it or `sensor`.";
const REASON = "Why, for whoever asks later; at most 2,000 characters.";

const OpenMaintenanceWindowInput = builder.inputType("OpenMaintenanceWindowInput", {
  description: "What is being worked on, when, and why.",
  fields: (t) => ({
    sensor: t.string({ description: SENSOR }),
    asset: t.string({ description: ASSET }),
    from: t.field({
      type: "DateTime",
      description: "From when on: alerts that open at such data times are suppressed. Left out: from now on.",
    }),
    to: t.field({
      type: "DateTime",
      required: true,
      description: "Until when; closeMaintenanceWindow ends it earlier.",
    }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const TakeOutOfServiceInput = builder.inputType("TakeOutOfServiceInput", {
  description: "What is out of service, and why.",
  fields: (t) => ({
    sensor: t.string({ description: SENSOR }),
    asset: t.string({ description: ASSET }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const ReturnToServiceInput = builder.inputType("ReturnToServiceInput", {
  description: "What is in service again.",
  fields: (t) => ({
    sensor: t.string({ description: SENSOR }),
    asset: t.string({ description: ASSET }),
  }),
});

const ReturnToServicePayload = builder.objectRef<{ window: ServiceWindow | undefined }>("ReturnToServicePayload")
  .implement({
    description: "It is in service, and the alerts that stand show again.",
    fields: (t) => ({
      window: t.field({
        type: ServiceWindowRef,
        nullable: true,
        description: "The time that it was out of service; null when it was not.",
        resolve: ({ window }) => window ?? null,
      }),
    }),
  });

const keys = ({ sensor, asset }: { sensor?: string | null; asset?: string | null }) => ({
  sensorKey: sensor ?? undefined,
  assetKey: asset ?? undefined,
});

builder.mutationFields((t) => ({
  openMaintenanceWindow: t.field({
    access: "operate",
    type: payload("OpenMaintenanceWindowPayload"),
    description: "Says that a sensor or asset is being worked on: until the window ends its alerts are suppressed.",
    errors: {},
    args: { input: t.arg({ type: OpenMaintenanceWindowInput, required: true, description: "What, when, and why." }) },
    resolve: (_root, { input: { from, to, reason, ...of } }, { scope }) =>
      asResult(async () => ({
        window: await openMaintenanceWindow(scope, { ...keys(of), from: from ?? undefined, to, reason }),
      })),
  }),
  closeMaintenanceWindow: t.field({
    access: "operate",
    type: payload("CloseMaintenanceWindowPayload"),
    description: "Ends a maintenance window now: alerts whose condition still stands show again.",
    errors: {},
    args: { id: t.arg.globalID({ required: true, for: ServiceWindowRef, description: "Id of the window." }) },
    resolve: (_root, { id }, { scope }) =>
      asResult(async () => ({
        window: await closeMaintenanceWindow(scope, rowId<WindowId>(String(id.id), SMALL_ID_MAX)),
      })),
  }),
  takeOutOfService: t.field({
    access: "operate",
    type: payload("TakeOutOfServicePayload"),
    description: "Says that a sensor or asset is out of service: its alerts are suppressed until it is returned.",
    errors: {},
    args: { input: t.arg({ type: TakeOutOfServiceInput, required: true, description: "What, and why." }) },
    resolve: (_root, { input: { reason, ...of } }, { scope }) =>
      asResult(async () => ({ window: await takeOutOfService(scope, { ...keys(of), reason }) })),
  }),
  returnToService: t.field({
    access: "operate",
    type: ReturnToServicePayload,
    description: "Says that a sensor or asset is in service again.",
    errors: {},
    args: { input: t.arg({ type: ReturnToServiceInput, required: true, description: "What." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({ window: await returnToService(scope, keys(input)) })),
  }),
}));
