/** A person's word that what an alert is about is normal from now on. */
import { endAnnouncing } from "./announcement.ts";
import { ANOMALY } from "./assess.ts";
import type { DetectorSet } from "./detector_set.ts";
import { acceptEpisode, type Decision } from "./episode.ts";
import { relearn, type SensorState } from "./sensor_state.ts";

/**
 * Ends the open episodes that ask for it (anomalies and drift; a stuck sensor or a broken limit never becomes normal by
 * being called so), and has the sensor learn anew from the next reading on, under the next version of its baseline. The
 * episodes end at the watermark. Answers no decision and the state as it is when there is nothing to accept.
 */
export function acceptNewNormal(
  state: SensorState,
  set: DetectorSet,
): { readonly state: SensorState; readonly decisions: readonly Decision[] } {
  const { watermark } = state;
  if (watermark === undefined) return { state, decisions: [] };
  const closed = [
    endAnnouncing(state.announcing ?? {}, acceptEpisode(state.episode, { kind: ANOMALY, ts: watermark })),
    ...set.watches.map(({ normal }, w) =>
      normal === undefined ? undefined : endAnnouncing(
        state.watches[w].announcing ?? {},
        acceptEpisode(state.watches[w].episode, { kind: set.settings.watches[w].kind, ts: watermark }),
      )
    ),
  ];
  const decisions = closed.filter((decision) => decision !== undefined);
  if (decisions.length === 0) return { state, decisions };
  const fresh = relearn(state, set);
  // The others' conditions stand: their episodes go on.
  for (const [w, { normal }] of set.watches.entries()) if (normal === undefined) fresh.watches[w] = state.watches[w];
  return { state: fresh, decisions };
}
