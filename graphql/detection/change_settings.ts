import type { SettingsDraftId } from "../../src/domain/detection/settings_layers.ts";
import { importSettings } from "../../src/operations/detection/exchange_settings.ts";
import { promoteSettings, rollBackSettings } from "../../src/operations/detection/promote_settings.ts";
import { deleteDraft, saveSettings } from "../../src/operations/detection/save_settings.ts";
import type { SettingsDraft, SettingsVersion } from "../../src/ports/detection/settings.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { SettingsDraftRef } from "../nodes.ts";
import { SettingsScopeInput, SettingsVersionRef, toScopeInput } from "./settings.ts";

const draftId = (id: { readonly id: unknown }) => rowId<SettingsDraftId>(String(id.id));
const EXPECTED = "The version of the scope that is live as far as you know: another one is a conflict.";
const SCOPE = "Whom it is for; left out: the whole tenant.";

const SaveSettingsInput = builder.inputType("SaveSettingsInput", {
  description: "What one scope is to say, whole: what is left out is as the wider settings say.",
  fields: (t) => ({
    id: t.globalID({ for: SettingsDraftRef, description: "The draft to be saved anew; left out: a new one." }),
    scope: t.field({ type: SettingsScopeInput, description: SCOPE }),
    document: t.field({ type: "JSON", required: true, description: "As `settingsSchema` describes it." }),
    note: t.string({ description: "Why. At most 1,000 characters." }),
  }),
});

const SaveSettingsPayload = builder.objectRef<{ draft: SettingsDraft }>("SaveSettingsPayload").implement({
  description: "The draft is saved.",
  fields: (t) => ({ draft: t.expose("draft", { type: SettingsDraftRef, description: "The draft." }) }),
});

const DeleteSettingsDraftPayload = builder.objectRef<{ id: SettingsDraftId }>("DeleteSettingsDraftPayload").implement({
  description: "The draft is gone.",
  fields: (t) => ({
    number: t.float({ description: "Number of the draft, as in the names of runs.", resolve: ({ id }) => id }),
  }),
});

const PromoteSettingsInput = builder.inputType("PromoteSettingsInput", {
  description: "Which draft, and in place of what.",
  fields: (t) => ({
    id: t.globalID({ required: true, for: SettingsDraftRef, description: "The draft." }),
    expectedVersion: t.int({ required: true, description: EXPECTED }),
  }),
});

const RollBackSettingsInput = builder.inputType("RollBackSettingsInput", {
  description: "Which version's settings are to hold again.",
  fields: (t) => ({
    scope: t.field({ type: SettingsScopeInput, description: SCOPE }),
    toVersion: t.int({ required: true, description: "A version of this scope; 1: what the code brings along." }),
    expectedVersion: t.int({ required: true, description: EXPECTED }),
    note: t.string({ description: "Why. At most 1,000 characters." }),
  }),
});

const versionPayload = (name: "PromoteSettingsPayload" | "RollBackSettingsPayload") =>
  builder.objectRef<{ version: SettingsVersion }>(name).implement({
    description: "It is live: each sensor goes over to it with its next reading.",
    fields: (t) => ({
      version: t.expose("version", { type: SettingsVersionRef, description: "The version that is live now." }),
    }),
  });
const PromoteSettingsPayload = versionPayload("PromoteSettingsPayload");
const RollBackSettingsPayload = versionPayload("RollBackSettingsPayload");

const ImportSettingsInput = builder.inputType("ImportSettingsInput", {
  description: "A file that `exportSettings` made.",
  fields: (t) => ({
    file: t.field({ type: "JSON", required: true, description: "The file. All of it or nothing becomes drafts." }),
    fromOtherTenant: t.boolean({
      required: true,
      defaultValue: false,
      description: "Whether a file of another tenant is meant: assets and sensors are found by their keys.",
    }),
  }),
});

const ImportSettingsPayload = builder.objectRef<{ drafts: readonly SettingsDraft[]; unchanged: number }>(
  "ImportSettingsPayload",
).implement({
  description: "The file has become drafts; nothing of it is live before they are promoted.",
  fields: (t) => ({
    drafts: t.expose("drafts", {
      type: [SettingsDraftRef],
      complexity: { multiplier: 10 },
      description: "One for each scope of which another thing is live.",
    }),
    unchanged: t.exposeInt("unchanged", { description: "Scopes for which the same is live already." }),
  }),
});

builder.mutationFields((t) => ({
  saveSettings: t.field({
    type: SaveSettingsPayload,
    description: "Saves a draft of settings. Nothing is judged by it before it is promoted.",
    errors: {},
    access: "configure",
    args: { input: t.arg({ type: SaveSettingsInput, required: true, description: "The draft." }) },
    resolve: (_root, { input: { id, scope: given, document, note } }, { scope }) =>
      asResult(async () => ({
        draft: await saveSettings(scope, {
          id: id == null ? undefined : draftId(id),
          scope: toScopeInput(given),
          document,
          note: note ?? undefined,
        }),
      })),
  }),
  deleteSettingsDraft: t.field({
    type: DeleteSettingsDraftPayload,
    description: "Deletes a draft that has not been promoted.",
    errors: {},
    access: "configure",
    args: { id: t.arg.globalID({ required: true, for: SettingsDraftRef, description: "The draft." }) },
    resolve: (_root, { id }, { scope }) =>
      asResult(async () => {
        await deleteDraft(scope, draftId(id));
        return { id: draftId(id) };
      }),
  }),
  promoteSettings: t.field({
    type: PromoteSettingsPayload,
    description: "Makes a draft live, as the tenant's next version.",
    errors: {},
    access: "configure",
    args: { input: t.arg({ type: PromoteSettingsInput, required: true, description: "Which draft." }) },
    resolve: (_root, { input: { id, expectedVersion } }, { scope }) =>
      asResult(async () => ({ version: await promoteSettings(scope, { id: draftId(id), expectedVersion }) })),
  }),
  rollBackSettings: t.field({
    type: RollBackSettingsPayload,
    description: "Makes the settings of an earlier version live again, as the tenant's next version.",
    errors: {},
    access: "configure",
    args: { input: t.arg({ type: RollBackSettingsInput, required: true, description: "Which version." }) },
    resolve: (_root, { input: { scope: given, toVersion, expectedVersion, note } }, { scope }) =>
      asResult(async () => ({
        version: await rollBackSettings(scope, {
          scope: toScopeInput(given),
          toVersion,
          expectedVersion,
          note: note ?? undefined,
        }),
      })),
  }),
  importSettings: t.field({
    type: ImportSettingsPayload,
    description: "Makes drafts of a file of settings.",
    errors: {},
    access: "configure",
    args: { input: t.arg({ type: ImportSettingsInput, required: true, description: "The file." }) },
    resolve: (_root, { input: { file, fromOtherTenant } }, { scope }) =>
      asResult(() => importSettings(scope, { file, fromOtherTenant })),
  }),
}));
