/** The assets that a transaction has locked, with what judges them and what they are judged by. */
import { decodeModel } from "../../domain/detection/asset_model.ts";
import type { AssetSettings } from "../../domain/detection/asset_settings.ts";
import {
  type AssetMemory,
  type AssetRules,
  decodeAsset,
  encodeAsset,
  notJudged,
} from "../../domain/detection/asset_state.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import type { AssetScore, DueAsset, JudgedSensor, SavedAsset } from "../../ports/detection/asset_state.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";
import { appliedIds, appliedToAsset, assetJudgingsOf } from "./resolve_settings.ts";
import type { Judging } from "./settings_memory.ts";

/** By what an asset is judged. How long it is waited for others is what was said of the asset itself, if anything. */
export function assetRules(asset: Asset, sensors: readonly JudgedSensor[], settings: AssetSettings): AssetRules {
  const { wait } = settings;
  const ms = asset.reorderWindowMs ?? wait.ms;
  return { settings: { ...settings, wait: { ...wait, ms } }, criticality: asset.criticality, sensors };
}

/** An asset in a transaction. */
export interface HeldAsset {
  readonly due: DueAsset;
  readonly sensors: readonly JudgedSensor[];
  readonly rules: AssetRules;
  readonly judging: Judging;
  memory: AssetMemory | undefined;
  changed: boolean;
  beginsAt: number;
  done: boolean;
  scores: { assetId: AssetId; scores: readonly AssetScore[] } | undefined;
}

export interface HeldAssets {
  readonly held: readonly HeldAsset[];
  /** The row of settings that an asset is judged by. */
  readonly idOf: (judging: Judging) => Promise<AppliedSettingsId>;
}

export function isJudged({ due, sensors }: HeldAsset): boolean {
  return due.asset.retiredAt === undefined && notJudged(sensors.length) === undefined;
}

export function toSaved({ due, memory, changed, beginsAt, done }: HeldAsset): SavedAsset {
  return {
    assetId: due.asset.id,
    state: changed && memory !== undefined ? encodeAsset(memory) : undefined,
    watermark: memory?.state.closedTo ?? due.watermark,
    beginsAt,
    done,
  };
}

/**
 * Memories are taken out while they are being changed, so that a failed transaction leaves nothing wrong behind. What
 * the assets are judged by is read behind their locks, as for sensors (hold_states.ts).
 */
export async function holdAssets(scope: Scope, store: Store, due: readonly DueAsset[]): Promise<HeldAssets> {
  const { tenant, assetMemory, observe } = scope;
  const ids = due.map(({ asset }) => asset.id);
  const remembered = new Map(ids.map((id) => [id, assetMemory.get(id)]));
  for (const id of ids) assetMemory.delete(id);
  const unknown = due.filter(({ asset, revision }) => remembered.get(asset.id)?.revision !== revision)
    .map(({ asset }) => asset.id);
  const states = await store.assetStates.states(tenant.id, unknown);
  const models = await store.assetStates.models(tenant.id, unknown);
  const sensors = Map.groupBy(await store.assetStates.sensorsOf(tenant.id, ids), ({ assetId }) => assetId);
  const judgings = await assetJudgingsOf(scope, store, ids);
  const held = due.map((one): HeldAsset => {
    const { asset } = one;
    const own = sensors.get(asset.id) ?? [];
    const judging = judgings.get(asset.id)!;
    const rules = assetRules(asset, own, judging.asset);
    const text = states.get(asset.id);
    const read = text === undefined
      ? { memory: remembered.get(asset.id)?.memory, relearns: undefined }
      : readAsset({ state: text, model: models.get(asset.id) });
    if (read.relearns !== undefined) observe({ kind: "asset.relearns", assetId: asset.id, reason: read.relearns });
    return {
      due: one,
      sensors: own,
      rules,
      judging,
      memory: read.memory,
      changed: false,
      beginsAt: one.beginsAt,
      done: true,
      scores: undefined,
    };
  });
  return { held, idOf: appliedIds(store, tenant.id, appliedToAsset) };
}

/** A state that this code cannot go on with is learnt anew, from the first row that is not closed yet. */
export function readAsset(
  text: { state: string; model: string | undefined },
): { memory: AssetMemory | undefined; relearns: string | undefined } {
  if (text.state === "") return { memory: undefined, relearns: undefined };
  const read = decodeAsset(text.state);
  if ("relearns" in read) return { memory: undefined, relearns: read.relearns };
  // One that learns anew has none yet, whatever was stored before.
  const model = text.model && read.state.model > 0 ? decodeModel(text.model) : undefined;
  if (read.state.model !== (model?.version ?? 0)) {
    return {
      memory: undefined,
      relearns: `its model has version ${model?.version}, its state goes with ${read.state.model}`,
    };
  }
  return { memory: { state: read.state, model }, relearns: undefined };
}
