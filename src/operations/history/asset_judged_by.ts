/**
 * By what an asset is judged in a reprocess run: as judged_by.ts has it for sensors. It goes over to other settings
 * with the first row behind the place where it did live.
 */
import type { AssetSettings } from "../../domain/detection/asset_settings.ts";
import type { AssetMemory } from "../../domain/detection/asset_state.ts";
import { assetSettings } from "../../domain/detection/settings_document.ts";
import { settingsFaults } from "../../domain/detection/settings_faults.ts";
import { restoreAssetSettings } from "../../domain/detection/settings_layers.ts";
import type { ReprocessAssetCursor } from "../../ports/history/reprocess.ts";
import type { Store } from "../../ports/store.ts";
import { assetJudgingsOf, type SettingsReader } from "../detection/resolve_settings.ts";

export interface AssetJudged {
  readonly settings: AssetSettings;
  /** Data time (ms) up to which rows were closed by the settings before; -Infinity for the first. */
  readonly behind: number;
  readonly storedMax: number;
}

/** In their order, at least one. */
export async function assetJudgedBy(
  reader: SettingsReader,
  store: Store,
  { assetId, settingsId }: ReprocessAssetCursor,
): Promise<AssetJudged[]> {
  const { tenant } = reader;
  const switches = settingsId !== undefined
    ? [{ settingsId, behind: undefined, storedMax: 0 }]
    : await store.settings.assetSwitchesOf(tenant.id, assetId);
  const ids = [...new Set(switches.map(({ settingsId }) => settingsId))];
  const rows = ids.length === 0 ? [] : await store.settings.appliedByIds(tenant.id, ids);
  const known = new Map(rows.map(({ id, name, document }) => {
    const restored = restoreAssetSettings(document);
    return [id, settingsFaults(restored).length > 0 ? undefined : assetSettings(restored, name)];
  }));
  // What this release cannot judge by is left out: what came behind it judges in its place.
  const judged = switches.flatMap(({ settingsId, behind = -Infinity, storedMax }) => {
    const settings = known.get(settingsId);
    return settings === undefined ? [] : [{ settings, behind, storedMax }];
  });
  if (judged.length > 0) return judged;
  const now = await assetJudgingsOf(reader, store, [assetId]);
  return [{ settings: now.get(assetId)!.asset, behind: -Infinity, storedMax: 0 }];
}

/** The place in `judged` of what `memory` has been judged by. */
export function placeOf({ state }: AssetMemory, judged: readonly AssetJudged[]): number {
  return Math.max(0, judged.findLastIndex(({ behind }) => behind < state.closedTo));
}
