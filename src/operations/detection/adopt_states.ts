/**
 * Takes sensors over to the settings that hold now, under the locks of their states: so all who fold a sensor later
 * judge it by the same ones, and the place where it went over is on record for reprocessing.
 */
import { ANOMALY } from "../../domain/detection/assess.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import {
  type Adoption,
  adoptSettings,
  needsReadings,
  RELEARNT_READINGS_MAX,
} from "../../domain/detection/settings_adoption.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { SensorState } from "../../domain/detection/sensor_state.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Alert } from "../../domain/alerting/alert.ts";
import type { SettingsSwitch } from "../../ports/detection/settings.ts";
import type { Store } from "../../ports/store.ts";
import { type AlertEvent, applyDecision } from "../alerting/change_alert.ts";
import { applyCandidacy, isCandidacy } from "../alerting/change_candidate.ts";
import type { Scope } from "../scope.ts";
import type { Judging } from "./settings_memory.ts";

/**
 * Stored readings that a transaction reads for detectors that start anew. When many sensors go over at once, each
 * learns from fewer, but from enough to be judged.
 */
const STORED_PER_TRANSACTION = 500_000;
const STORED_MIN = 500;

export interface Adopting {
  readonly sensorId: SensorId;
  readonly judging: Judging;
  /** Undefined: there is one that cannot be read. */
  readonly state: SensorState | undefined;
  readonly watermark: number | undefined;
  readonly newest: number | undefined;
}

/** A sensor that had no state yet. */
export type Begun = Pick<Adopting, "sensorId" | "judging">;

export interface Adopted {
  readonly states: ReadonlyMap<SensorId, SensorState>;
  /** Of the alerts that ended because nothing judges them any more. */
  readonly alertEvents: readonly AlertEvent[];
}

interface AdoptOptions {
  readonly adopting: readonly Adopting[];
  readonly begun: readonly Begun[];
  readonly batchId: BatchId;
  readonly idOf: (judging: Judging) => Promise<AppliedSettingsId>;
}

export async function adoptStates(
  { tenant, observe }: Pick<Scope, "tenant" | "observe">,
  store: Store,
  { adopting, begun, batchId, idOf }: AdoptOptions,
): Promise<Adopted> {
  const states = new Map<SensorId, SensorState>();
  const alertEvents: AlertEvent[] = [];
  if (adopting.length === 0 && begun.length === 0) return { states, alertEvents };
  const anew = adopting.filter(({ state, judging }) => needsReadings(state, judging.set)).length;
  const share = Math.floor(STORED_PER_TRANSACTION / Math.max(anew, 1));
  const storedMax = Math.min(RELEARNT_READINGS_MAX, Math.max(STORED_MIN, share));
  const alerts = adopting.length === 0
    ? []
    : await store.alerts.standing(tenant.id, adopting.map(({ sensorId }) => sensorId));
  const standing = Map.groupBy(alerts, ({ sensorId }) => sensorId);
  const judgings = new Map([...adopting, ...begun].map(({ judging }) => [judging.set.version, judging]));
  // In one order, so that two that make the same rows never wait for each other.
  for (const version of [...judgings.keys()].sort()) await idOf(judgings.get(version)!);
  const switches: SettingsSwitch[] = [];
  for (const { sensorId, judging } of begun) {
    switches.push({ sensorId, behind: undefined, settingsId: await idOf(judging), storedMax: 0 });
  }
  for (const { sensorId, judging, state, watermark, newest } of adopting) {
    const { set } = judging;
    const needed = watermark !== undefined && needsReadings(state, set);
    const stored = needed
      ? await store.readings.latest(tenant.id, sensorId, { to: watermark, limit: storedMax })
      : undefined;
    const adoption = adoptSettings(state, set, { watermark, newest, stored });
    states.set(sensorId, adoption.state);
    switches.push({ sensorId, behind: watermark, settingsId: await idOf(judging), storedMax });
    if (adoption.relearnt.length > 0 && watermark !== undefined) {
      const was = state === undefined ? "its state cannot be read" : `it goes over from ${state.version}`;
      const reason = `${was} to ${set.version}: ${adoption.relearnt.join(", ")} learn from ${
        stored?.ts.length ?? 0
      } stored readings`;
      observe({ kind: "sensor.relearns", sensorId, batchId, reason });
    }
    const ended = [...adoption.decisions, ...orphans(standing.get(sensorId) ?? [], adoption)];
    for (const decision of ended) {
      const keeping = { tenantId: tenant.id, batchId, subject: { sensorId } };
      if (isCandidacy(decision)) {
        await applyCandidacy(store, { ...keeping, decision });
        continue;
      }
      const event = await applyDecision(store, { ...keeping, decision });
      if (event !== undefined) alertEvents.push(event);
    }
  }
  await store.settings.noteSwitches(tenant.id, switches);
  return { states, alertEvents };
}

/** Open alerts that the state knows nothing of: nobody would ever end them. */
function orphans(alerts: readonly Alert[], { state, decisions }: Adoption): Decision[] {
  const isKnown = ({ kind, episodeStart }: Alert) =>
    [{ kind: ANOMALY, episode: state.episode }, ...state.watches].some((known) =>
      known.kind === kind && known.episode.open === true && known.episode.start === episodeStart
    ) || decisions.some((ended) => ended.kind === kind && ended.episodeStart === episodeStart);
  return alerts.filter((alert) => !isKnown(alert)).map(({ kind, episodeStart, openedAt, score, reason }) => ({
    type: "superseded",
    kind,
    episodeStart,
    ts: state.watermark ?? openedAt,
    reason: `the state of its sensor (${state.version}) does not know its episode any more`,
    peak: { score, reason },
  }));
}
