/** Checks of settings that are the same for sensors and assets. */
import type { EpisodeRules } from "./episode.ts";
import type { SettingsFault } from "./settings_faults.ts";

/** What a maker says against settings. */
export function made(path: string, make: () => unknown): SettingsFault[] {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ path, message: error.message }];
  }
}

export function episodeFaults(path: string, { threshold, deadband }: EpisodeRules): SettingsFault[] {
  return [
    ...threshold > 0
      ? []
      : [{ path: `${path}.threshold`, message: "has to be over 0, or every reading is an anomaly" }],
    ...deadband < threshold ? [] : [{
      path: `${path}.deadband`,
      message: `has to be under the threshold, ${threshold}, or an episode never ends`,
    }],
  ];
}
