/** What is live for whom. */
import { type ResolvedSettings, resolveSettings } from "../../domain/detection/settings_layers.ts";
import type { Scope } from "../scope.ts";
import { layersAt } from "./check_settings.ts";
import { liveLayers, type SettingsReader } from "./resolve_settings.ts";
import { findScope, type ScopeInput } from "./settings_scope.ts";

/** All layers down to the scope, taken together. Throws invalid, and not found. */
export async function settingsAt(
  scope: SettingsReader & Pick<Scope, "store">,
  input: ScopeInput,
): Promise<ResolvedSettings> {
  const settingsScope = await findScope(scope, input);
  return resolveSettings(await layersAt(scope, await liveLayers(scope, scope.store), settingsScope));
}
