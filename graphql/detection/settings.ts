import { describeLeaf, type SettingsChange } from "../../src/domain/detection/settings_changes.ts";
import { leavesOf } from "../../src/domain/detection/settings_document.ts";
import { type SettingsFault, settingsWarnings } from "../../src/domain/detection/settings_faults.ts";
import type { ResolvedSettings, SettingsDraftId, SettingsScope } from "../../src/domain/detection/settings_layers.ts";
import { outlookOf } from "../../src/operations/detection/check_settings.ts";
import { exportSettings } from "../../src/operations/detection/exchange_settings.ts";
import { settingsAt } from "../../src/operations/detection/read_settings.ts";
import { parsePatch, settingsJsonSchema } from "../../src/operations/detection/settings_schema.ts";
import { findScope, type ScopeInput } from "../../src/operations/detection/settings_scope.ts";
import type { AppliedSettings, SettingsVersion } from "../../src/ports/detection/settings.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { AssetRef, SensorRef, SettingsDraftRef } from "../nodes.ts";
import { connectionOf, firstOf, PAGE_ARGS, pageCost } from "../page.ts";

/** About how many fields settings have. */
const FIELDS = 80;

export const ScopeRef = builder.objectRef<SettingsScope>("SettingsScope").implement({
  description: "Whom settings are said for. All three null: the whole tenant.",
  fields: (t) => ({
    quantity: t.exposeString("quantity", { nullable: true, description: "All sensors of this quantity." }),
    asset: t.field({
      type: AssetRef,
      nullable: true,
      description: "The asset, all below it, and the sensors of all these.",
      resolve: ({ assetId }, _args, { loaders }) => assetId === undefined ? null : loaders.assets.load(assetId),
    }),
    sensor: t.field({
      type: SensorRef,
      nullable: true,
      description: "One sensor.",
      resolve: ({ sensorId }, _args, { loaders }) => sensorId === undefined ? null : loaders.sensors.load(sensorId),
    }),
  }),
});

const FaultRef = builder.objectRef<SettingsFault>("SettingsRemark").implement({
  description: "Something about a place in settings.",
  fields: (t) => ({
    path: t.exposeString("path", { description: "The place, for example `sensor.episode.threshold`." }),
    message: t.exposeString("message", { description: "What there is to say, for people." }),
  }),
});

export const ChangeRef = builder.objectRef<SettingsChange>("SettingsChange").implement({
  description: "A field that would be another one.",
  fields: (t) => ({
    path: t.exposeString("path", { description: "The field, for example `sensor.episode.threshold`." }),
    before: t.field({
      type: "JSON",
      nullable: true,
      description: "What it is; null: it is not there.",
      resolve: ({ before }) => before,
    }),
    after: t.field({
      type: "JSON",
      nullable: true,
      description: "What it would be; null: it would not be there.",
      resolve: ({ after }) => after,
    }),
    unit: t.exposeString("unit", { description: "Unit of the number; empty without one." }),
    effect: t.exposeString("effect", { description: "What the field does." }),
    relearns: t.exposeBoolean("relearns", {
      description: "Whether its detector starts anew, and learns from stored readings.",
    }),
  }),
});

interface SettingsField {
  readonly path: string;
  readonly value: unknown;
  readonly unit: string;
  readonly effect: string;
  readonly version: number | undefined;
  readonly scope: SettingsScope | undefined;
}

const FieldRef = builder.objectRef<SettingsField>("SettingsField").implement({
  description: "A field of settings, and which layer gave it.",
  fields: (t) => ({
    path: t.exposeString("path", { description: "The field, for example `sensor.episode.threshold`." }),
    value: t.field({ type: "JSON", description: "What it is.", resolve: ({ value }) => value }),
    unit: t.exposeString("unit", { description: "Unit of the number; empty without one." }),
    effect: t.exposeString("effect", { description: "What the field does." }),
    version: t.exposeInt("version", {
      nullable: true,
      description: "The version that gave it, 1 for a quantity's first; null: it is as in the code.",
    }),
    scope: t.expose("scope", {
      type: ScopeRef,
      nullable: true,
      description: "Whom that version is for; null: it is as in the code.",
    }),
  }),
});

export const SettingsRef = builder.objectRef<ResolvedSettings>("Settings").implement({
  description: "What all layers of settings come to for somebody.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "Number of the newest version that concerns them." }),
    name: t.exposeString("name", { description: "The same behind the name of the code's settings." }),
    document: t.field({ type: "JSON", description: "The whole of it.", resolve: ({ document }) => document }),
    fields: t.field({
      type: [FieldRef],
      description: "Each field with the layer that gave it.",
      complexity: { multiplier: FIELDS },
      resolve: ({ document, origins }) =>
        leavesOf(document).map(([path, value]) => {
          const { version, scope } = origins.get(path) ?? {};
          return { path, value, version, scope, ...describeLeaf(path, document) };
        }),
    }),
    warnings: t.field({
      type: [FaultRef],
      description: "What is hardly meant, for example weights that cannot alarm.",
      complexity: { multiplier: 3 },
      resolve: ({ document }) => settingsWarnings(document),
    }),
  }),
});

export const AppliedSettingsRef = builder.objectRef<AppliedSettings>("AppliedSettings").implement({
  description: "What somebody was judged by, whole, whatever has been promoted since.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "Number of the newest version that concerned it." }),
    name: t.exposeString("name", {
      description: "Name of the code's settings with that number, and a fingerprint of all that is in them.",
    }),
    document: t.field({ type: "JSON", description: "The whole of it.", resolve: ({ document }) => document }),
  }),
});

export const SettingsVersionRef = builder.objectRef<SettingsVersion>("SettingsVersion").implement({
  description: "What a promotion said for one scope. It never changes.",
  fields: (t) => ({
    version: t.exposeInt("version", {
      description: "Counts the tenant's promotions; 1 is what the code brings along.",
    }),
    scope: t.expose("scope", { type: ScopeRef, description: "Whom it is for." }),
    document: t.field({ type: "JSON", description: "All that it says for its scope.", resolve: ({ patch }) => patch }),
    note: t.exposeString("note", { description: "Why, in the words of who saved it." }),
    base: t.exposeInt("base", { description: "The version of the scope that it took the place of." }),
    promotedBy: t.exposeString("promotedBy", { description: "Who made it live." }),
    promotedAt: t.expose("promotedAt", { type: "DateTime", description: "When, by the store's clock." }),
  }),
});

builder.node(SettingsDraftRef, {
  description: "Settings for one scope that somebody may promote. Nothing is judged by them before.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<SettingsDraftId>(id) },
  async loadMany(ids, { scope }) {
    const drafts = new Map((await scope.store.settings.draftsByIds(scope.tenant.id, ids)).map((one) => [one.id, one]));
    return ids.map((id) => drafts.get(id) ?? null);
  },
  fields: (t) => ({
    scope: t.expose("scope", { type: ScopeRef, description: "Whom it is for." }),
    document: t.field({ type: "JSON", description: "All that it says for its scope.", resolve: ({ patch }) => patch }),
    note: t.exposeString("note", { description: "Why, in the words of who saved it." }),
    base: t.exposeInt("base", {
      description: "The version of the scope that was live when it was saved: `expectedVersion` of its promotion.",
    }),
    savedBy: t.exposeString("savedBy", { description: "Who saved it." }),
    savedAt: t.expose("savedAt", { type: "DateTime", description: "When, by the store's clock." }),
    promotedAs: t.exposeInt("promotedAs", {
      nullable: true,
      description: "The version that it became; null while it is a draft.",
    }),
    changes: t.field({
      type: [ChangeRef],
      description: "What it would change in its scope, field by field, against what is live now.",
      complexity: { field: LOOKUP_COST, multiplier: 10 },
      resolve: async (draft, _args, { scope }) => (await outlookOf(scope, draft)).changes,
    }),
    warnings: t.field({
      type: [FaultRef],
      description: "What is hardly meant, for example weights that cannot alarm.",
      complexity: { field: LOOKUP_COST, multiplier: 3 },
      resolve: async (draft, _args, { scope }) => (await outlookOf(scope, draft)).warnings,
    }),
  }),
});

export const SettingsScopeInput = builder.inputType("SettingsScopeInput", {
  description: "Whom settings are for: at most one of these; none: the whole tenant.",
  fields: (t) => ({
    quantity: t.string({ description: "All sensors of this quantity." }),
    asset: t.string({ description: "Key of an asset: it, all below it, and the sensors of all these." }),
    sensor: t.string({ description: "Key of a sensor." }),
  }),
});

export type GivenScope = typeof SettingsScopeInput.$inferInput | null | undefined;

export function toScopeInput(given: GivenScope): ScopeInput {
  return {
    quantity: given?.quantity ?? undefined,
    assetKey: given?.asset ?? undefined,
    sensorKey: given?.sensor ?? undefined,
  };
}

interface Check {
  readonly faults: readonly SettingsFault[];
  readonly warnings: readonly SettingsFault[];
  readonly changes: readonly SettingsChange[];
}

const CheckRef = builder.objectRef<Check>("SettingsCheck").implement({
  description: "What a document would come to if it were live.",
  fields: (t) => ({
    faults: t.expose("faults", { type: [FaultRef], description: "Why it cannot be saved; empty: it can." }),
    warnings: t.expose("warnings", { type: [FaultRef], description: "What is hardly meant; empty with faults." }),
    changes: t.expose("changes", {
      type: [ChangeRef],
      description: "What it would change, field by field; empty with faults.",
    }),
  }),
});

const DraftConnection = builder.connectionObject({ type: SettingsDraftRef, name: "SettingsDraftConnection" });
const SCOPE_ARG = "Whom they are for; left out: the whole tenant.";

builder.queryFields((t) => ({
  settings: t.field({
    type: SettingsRef,
    access: "read",
    description: "What is live for a scope, with all wider layers.",
    args: { scope: t.arg({ type: SettingsScopeInput, description: SCOPE_ARG }) },
    complexity: LOOKUP_COST,
    resolve: (_root, args, { scope }) => settingsAt(scope, toScopeInput(args.scope)),
  }),
  settingsSchema: t.field({
    type: "JSON",
    access: "read",
    description: "JSON Schema of the documents of settings, with unit and effect of every field: for forms.",
    resolve: () => settingsJsonSchema(),
  }),
  checkSettings: t.field({
    type: CheckRef,
    access: "read",
    description: "What is wrong and strange with a document, and what it would change: for forms. It saves nothing.",
    args: {
      scope: t.arg({ type: SettingsScopeInput, description: SCOPE_ARG }),
      document: t.arg({ type: "JSON", required: true, description: "All that the scope would say." }),
    },
    complexity: { field: LOOKUP_COST, multiplier: 10 },
    async resolve(_root, { scope: given, document }, { scope }): Promise<Check> {
      const settingsScope = await findScope(scope, toScopeInput(given));
      const parsed = parsePatch(document, settingsScope);
      if (parsed.faults !== undefined) return { faults: parsed.faults, warnings: [], changes: [] };
      const { patch } = parsed;
      const { faults, changes, warnings } = await outlookOf(scope, { scope: settingsScope, patch });
      return faults.length > 0 ? { faults, warnings: [], changes: [] } : { faults, changes, warnings };
    },
  }),
  settingsDrafts: t.field({
    type: DraftConnection,
    access: "read",
    description: "Drafts that have not been promoted, the last saved first.",
    args: PAGE_ARGS,
    complexity: pageCost,
    resolve: (_root, args, { scope }) =>
      connectionOf(args, (page) => scope.store.settings.drafts(scope.tenant.id, page)),
  }),
  settingsVersions: t.field({
    type: [SettingsVersionRef],
    access: "read",
    description: "Promotions, newest first: of one scope, or all.",
    args: {
      first: t.arg.int({ defaultValue: 50, description: "How many at most: 1 to 1,000." }),
      before: t.arg.int({ description: "Only versions before this one." }),
      scope: t.arg({ type: SettingsScopeInput, description: "Only those of this scope; left out: all." }),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? 50 }),
    async resolve(_root, { first, before, scope: given }, { scope }) {
      const limit = firstOf(first, { usually: 50 });
      const settingsScope = given == null ? undefined : await findScope(scope, toScopeInput(given));
      const page = { limit, before: before ?? undefined, scope: settingsScope };
      return await scope.store.settings.page(scope.tenant.id, page);
    },
  }),
  exportSettings: t.field({
    type: "JSON",
    access: "read",
    description: "All that is live and was promoted, as a file for `importSettings` and the command `settings`.",
    complexity: LOOKUP_COST,
    resolve: (_root, _args, { scope }) => exportSettings(scope),
  }),
}));
