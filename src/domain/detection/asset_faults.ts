/**
 * What is wrong, or strange, with an asset's settings when all layers are taken together: part of settings_faults.ts.
 */
import type { AssetDetectorName, AssetWeights } from "./asset_settings.ts";
import { startStream } from "./asset_stream_state.ts";
import { noisyOr } from "./ensemble.ts";
import { episodeFaults, made } from "./fault_checks.ts";
import type { AssetDocument, Tree } from "./settings_document.ts";
import type { SettingsFault } from "./settings_faults.ts";

/** Fewer rows fit nothing that is worth it. */
const FIT_LEAST = 50;

/** Who has a say by which weights: no operating mode is told from others while one is known. */
const WEIGHED = {
  weights: ["asset_stream", "t_squared", "isolation_forest"],
  weightsInModes: ["asset_stream", "t_squared", "isolation_forest", "operating_modes"],
} as const satisfies Partial<Record<keyof AssetDocument, readonly AssetDetectorName[]>>;
const GROUPS = Object.keys(WEIGHED) as (keyof typeof WEIGHED)[];

export function assetFaults(document: Readonly<Tree>): SettingsFault[] {
  const asset = document.asset as unknown as AssetDocument;
  const { wait, fitsAt } = asset;
  const faults = [
    ...made("asset.stream", () => startStream(1, asset.stream)),
    ...episodeFaults("asset.episode", asset.episode),
    ...GROUPS.filter((group) => weightsIn(asset, group).every((weight) => weight === 0)).map((group) => ({
      path: `asset.${group}`,
      message: `at least one of ${WEIGHED[group].join(", ")} needs a weight over 0`,
    })),
  ];
  if (wait.leastMs > wait.mostMs) {
    faults.push({ path: "asset.wait.leastMs", message: `has to be at most asset.wait.mostMs, ${wait.mostMs}` });
  }
  if (fitsAt.some((rows, i) => rows < FIT_LEAST || rows <= (fitsAt[i - 1] ?? 0))) {
    faults.push({ path: "asset.fitsAt", message: `has to go up, from ${FIT_LEAST} rows on` });
  }
  return faults;
}

export function assetWarnings(document: Readonly<Tree>): SettingsFault[] {
  const asset = document.asset as unknown as AssetDocument;
  const { threshold } = asset.episode;
  return GROUPS.flatMap((group) => {
    const weights = weightsIn(asset, group);
    const most = noisyOr(weights.map(() => 1), weights);
    return most >= threshold ? [] : [{
      path: `asset.${group}`,
      message: `the weights reach a score of ${
        most.toPrecision(3)
      } at most, and the threshold is ${threshold}: an asset can never alarm by them`,
    }];
  });
}

function weightsIn(asset: AssetDocument, group: keyof typeof WEIGHED): number[] {
  const weights: AssetWeights = asset[group];
  return WEIGHED[group].map((name) => weights[name]);
}
