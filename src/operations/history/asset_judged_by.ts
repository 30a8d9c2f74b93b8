/**
 * By what an asset is judged in a reprocess run: as judged_by.ts has it for sensors. It goes over to other settings,
 * and hears a person's word, with the first row behind the place where it did live.
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
  /** A person took what there was by then as normal, and the settings stayed. */
  readonly accepts: boolean;
}

/** In their order, at least one; the first accepts nothing. */
export async function assetJudgedBy(
  reader: SettingsReader,
  store: Store,
  { assetId, settingsId }: ReprocessAssetCursor,
): Promise<AssetJudged[]> {
  const { tenant } = reader;
  const switches = await store.settings.assetSwitchesOf(tenant.id, assetId);
  const ids = [...new Set(settingsId !== undefined ? [settingsId] : switches.map(({ settingsId }) => settingsId))];
  const rows = ids.length === 0 ? [] : await store.settings.appliedByIds(tenant.id, ids);
  const known = new Map(rows.map(({ id, name, document }) => {
    const restored = restoreAssetSettings(document);
    return [id, settingsFaults(restored).length > 0 ? undefined : assetSettings(restored, name)];
  }));
  const live = async () => (await assetJudgingsOf(reader, store, [assetId])).get(assetId)!.asset;
  const own = settingsId === undefined ? undefined : known.get(settingsId);
  const judged: AssetJudged[] = own === undefined ? [] : [from(own)];
  for (const { settingsId, behind = -Infinity, storedMax, accepted } of switches) {
    if (accepted === undefined) {
      // What this release cannot judge by is left out: what came behind it judges in its place.
      const settings = own === undefined ? known.get(settingsId) : undefined;
      if (settings !== undefined) judged.push({ settings, behind, storedMax, accepts: false });
    } else {
      const settings = judged.at(-1)?.settings ?? known.get(settingsId) ?? await live();
      if (judged.length === 0) judged.push(from(settings));
      judged.push({ settings, behind, storedMax, accepts: true });
    }
  }
  return judged.length > 0 ? judged : [from(await live())];
}

function from(settings: AssetSettings): AssetJudged {
  return { settings, behind: -Infinity, storedMax: 0, accepts: false };
}

/** The place in `judged` of what `memory` has been judged by. */
export function placeOf({ state }: AssetMemory, judged: readonly AssetJudged[]): number {
  return Math.max(0, judged.findLastIndex(({ behind }) => behind < state.closedTo));
}
