/**
 * Takes assets over to the settings that hold now, under their locks: so all who fold an asset later judge it by the
 * same ones, and the place where it went over is on record for reprocessing.
 */
import {
  adoptAsset,
  ASSET_STORED_MAX,
  type AssetAdoption,
  isJudgedBy,
  lookBack,
} from "../../domain/detection/asset_adoption.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { type AssetMemory, type AssetRules, withSensors } from "../../domain/detection/asset_state.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { AssetSwitch } from "../../ports/detection/settings.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";
import { type HeldAsset, type HeldAssets, isJudged } from "./hold_assets.ts";

/** Stored readings that a transaction reads for what starts anew; each sensor's at least, so that it judges soon. */
const STORED_PER_TRANSACTION = 500_000;
const STORED_MIN = 100;

export interface AdoptedAsset {
  readonly one: HeldAsset;
  readonly decisions: readonly Decision[];
}

/** Those of `held` that are judged by other settings go over. */
export async function adoptAssets(
  { tenant, observe }: Pick<Scope, "tenant" | "observe">,
  store: Store,
  { held, idOf }: HeldAssets,
): Promise<AdoptedAsset[]> {
  const adopting = held.flatMap((one) => {
    const { memory, rules: { settings } } = one;
    return memory === undefined || !isJudged(one) || isJudgedBy(memory, settings) ? [] : [{ one, memory }];
  });
  const columns = adopting.reduce((sum, { one }) => sum + one.sensors.length, 0);
  const share = Math.floor(STORED_PER_TRANSACTION / Math.max(columns, 1));
  const storedMax = Math.min(ASSET_STORED_MAX, Math.max(STORED_MIN, share));
  const switches: AssetSwitch[] = [];
  const adopted: AdoptedAsset[] = [];
  for (const { one, memory } of adopting) {
    const { id: assetId } = one.due.asset;
    switches.push({ assetId, behind: memory.state.closedTo, settingsId: await idOf(one.judging), storedMax });
    const adoption = await goOver(store, { tenantId: tenant.id, memory, rules: one.rules, storedMax });
    if (adoption.relearnt.length > 0) {
      const reason = `it goes over to ${one.rules.settings.version}: ${adoption.relearnt.join(" and ")} start anew`;
      observe({ kind: "asset.relearns", assetId, reason });
    }
    one.memory = adoption.memory;
    one.changed = true;
    const { model } = adoption.memory;
    if (model !== undefined && model !== memory.model) {
      await store.assetStates.saveModel(tenant.id, assetId, { version: model.version, text: encodeModel(model) });
    }
    adopted.push({ one, decisions: adoption.decisions });
  }
  await store.settings.noteAssetSwitches(tenant.id, switches);
  return adopted;
}

export interface GoingOver {
  readonly tenantId: Scope["tenant"]["id"];
  readonly memory: AssetMemory;
  readonly rules: AssetRules;
  readonly storedMax: number;
}

/** The memory by the settings of `rules`; what starts anew has learnt from stored readings. */
export async function goOver(
  store: Store,
  { tenantId, memory, rules, storedMax }: GoingOver,
): Promise<AssetAdoption> {
  const asset = withSensors(memory, rules);
  const back = lookBack(asset, { settings: rules.settings, storedMax });
  if (back === undefined) return adoptAsset(asset, { rules, stored: [], limit: 0 });
  const stored = [];
  for (const { id } of rules.sensors) stored.push(await store.readings.latest(tenantId, id, back));
  return adoptAsset(asset, { rules, stored, limit: back.limit });
}
