/** A person's word that what an asset's alert is about is normal from now on. */
import { endAnnouncing } from "./announcement.ts";
import { ASSET_ANOMALY } from "./assess_asset.ts";
import { ASSET_STORED_MAX, type AssetLookBack, learnAsset } from "./asset_adoption.ts";
import type { ColumnReadings } from "./asset_rows.ts";
import type { AssetMemory, AssetRules } from "./asset_state.ts";
import { acceptEpisode, type Decision, startEpisode } from "./episode.ts";
import { MICROSECOND_MS } from "../timestamp.ts";

/**
 * The stored readings that are the new normal: those of the episode, of each sensor the newest. Undefined: no episode
 * is open, and there is nothing to accept.
 */
export function acceptedSpan({ state }: AssetMemory): AssetLookBack & { readonly from: number } | undefined {
  const { episode, closedTo } = state;
  if (!episode.open) return undefined;
  return { from: episode.start!, to: closedTo - MICROSECOND_MS, limit: ASSET_STORED_MAX };
}

/**
 * Ends the open episode where rows are closed, and has the asset learn anew, levels and models, from the rows of the
 * episode on: what it is now is its normal. `stored` are the readings of `acceptedSpan`, a column a sensor. Where they
 * are fewer than a warm-up, the asset is not judged until it has had one.
 */
export function acceptAssetNormal(
  asset: AssetMemory,
  { rules, stored, limit }: { rules: AssetRules; stored: readonly ColumnReadings[]; limit: number },
): { readonly memory: AssetMemory; readonly decisions: readonly Decision[] } {
  const { state } = asset;
  const closed = acceptEpisode(state.episode, { kind: ASSET_ANOMALY, ts: state.closedTo });
  const decision = endAnnouncing(state.announcing ?? {}, closed);
  if (decision === undefined) return { memory: asset, decisions: [] };
  const { state: learnt, model } = learnAsset(rules, { binMs: state.binMs, stored, limit, model: 0 });
  const { announcing: _, ...fresh } = learnt;
  const { version, closedTo } = state;
  return { memory: { model, state: { ...fresh, version, closedTo, episode: startEpisode() } }, decisions: [decision] };
}
