/** Saves a draft of settings: nothing is judged by it before it is promoted. */
import type { SettingsDraftId } from "../../domain/detection/settings_layers.ts";
import { textFault } from "../../domain/text.ts";
import type { SettingsDraft } from "../../ports/detection/settings.ts";
import { conflict, invalid, notFound, unavailable } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { faultsWith, liveLayer } from "./check_settings.ts";
import { liveLayers } from "./resolve_settings.ts";
import { faultText, parsePatch } from "./settings_schema.ts";
import { findScope, type ScopeInput } from "./settings_scope.ts";

export const NOTE_LENGTH_MAX = 1_000;
/** Drafts of a tenant that have not been promoted. */
export const DRAFTS_MAX = 1_000;

export interface SettingsInput {
  /** The draft to be saved anew; left out: another one. */
  readonly id?: SettingsDraftId;
  readonly scope: ScopeInput;
  /** All that the scope is to say. */
  readonly document: unknown;
  readonly note?: string;
}

/** Throws invalid, not found, conflict, and unavailable when there are too many. */
export async function saveSettings(scope: Scope, input: SettingsInput): Promise<SettingsDraft> {
  const { store, tenant, actor } = scope;
  const settingsScope = await findScope(scope, input.scope);
  const note = checkedNote(input.note);
  const parsed = parsePatch(input.document, settingsScope);
  if (parsed.faults !== undefined) throw invalid("document", `The document has faults. ${faultText(parsed.faults)}.`);
  const live = await liveLayers(scope, store);
  const { version: base } = liveLayer(live, settingsScope);
  const { patch } = parsed;
  const faults = await faultsWith(scope, live, [{ scope: settingsScope, version: base, patch }]);
  if (faults.length > 0) {
    throw invalid("document", `With the settings that are live it would not go together. ${faultText(faults)}.`);
  }
  if (input.id === undefined && await store.settings.countDrafts(tenant.id) >= DRAFTS_MAX) {
    throw unavailable(`There are ${DRAFTS_MAX} drafts, which is the limit: promote or delete some.`, {
      retryAfterMs: 10_000,
    });
  }
  const draft = { id: input.id, scope: settingsScope, patch, note, base, savedBy: actor.name };
  const saved = await store.settings.saveDraft(tenant.id, draft);
  if (saved !== undefined) return saved;
  const [known] = await store.settings.draftsByIds(tenant.id, [input.id!]);
  if (known === undefined) throw notFound("id", "There is no such draft.");
  if (known.promotedAs === undefined) throw conflict("scope", "The draft is for another scope: save a new one.");
  throw conflict("id", `The draft has been promoted as version ${known.promotedAs}: save a new one.`);
}

/** Throws invalid for a text that is none. */
export function checkedNote(note: string | undefined): string {
  if (note === undefined || note === "") return "";
  const fault = textFault(note, NOTE_LENGTH_MAX);
  if (fault !== undefined) throw invalid("note", `The note ${fault}.`);
  return note;
}

/** Throws not found. */
export async function deleteDraft({ store, tenant }: Scope, id: SettingsDraftId): Promise<void> {
  if (await store.settings.deleteDraft(tenant.id, id)) return;
  throw notFound("id", "There is no such draft, or it has been promoted.");
}
