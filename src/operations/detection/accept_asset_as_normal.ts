/**
 * A person's word that what an asset's alert is about is normal from now on: under the lock of its state the asset ends
 * its episode where its rows are closed, and learns anew from the rows of the episode on. The word is kept with that
 * place among what the asset was judged by, so that reprocessing hears it there.
 */
import type { Alert } from "../../domain/alerting/alert.ts";
import { encodeModel } from "../../domain/detection/asset_model.ts";
import { acceptAssetNormal, acceptedSpan } from "../../domain/detection/asset_new_normal.ts";
import type { AssetMemory, AssetRules } from "../../domain/detection/asset_state.ts";
import { ASSET_ANOMALY } from "../../domain/detection/assess_asset.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { Store } from "../../ports/store.ts";
import type { Target } from "../alerting/act_on_alerts.ts";
import { applyDecisions } from "../alerting/apply_decisions.ts";
import { holdLines } from "../alerting/hold_lines.ts";
import { afterNotifying, NOBODY, tellOf } from "../alerting/notify_of_alerts.ts";
import type { Scope } from "../scope.ts";
import { adoptAssets } from "./adopt_assets.ts";
import { holdAssets, isJudged, toSaved } from "./hold_assets.ts";
import { judgeWord, type Verdict, wordsOn } from "./judge_word.ts";

export interface AcceptingAsset {
  readonly assetId: AssetId;
  readonly reason: string;
  readonly targets: ReadonlyMap<Alert["id"], Target>;
}

export async function acceptAsset(scope: Scope, { assetId, reason, targets }: AcceptingAsset): Promise<Verdict[]> {
  const { tenant, actor, clock, observe, assetMemory } = scope;
  const { verdicts, events, notified, held } = await scope.store.transaction(async (store) => {
    const tenantId = tenant.id;
    const state = await store.assetStates.lock(tenantId, assetId);
    const [{ batchId }] = await store.alerts.byIds(tenantId, [...targets.keys()]);
    const { held: [held], idOf } = await holdAssets(scope, store, state === undefined ? [] : [{ ...state, batchId }]);
    const lines = holdLines(store, { tenantId, subjects: [{ assetId }], of: "assets" });
    const keeping = { tenantId, batchId, subject: { assetId }, lines };
    // By what it is judged now: what that ends is over before the word is heard.
    const [adopted] = held === undefined ? [] : await adoptAssets(scope, store, { held: [held], idOf });
    const events = await applyDecisions(store, { ...keeping, decisions: adopted?.decisions ?? [] });
    const alerts = await store.alerts.lock(tenantId, [...targets.keys()], { skipHeld: false });
    const over = alerts.filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id);
    const saidBefore = await wordsOn(store, { tenantId, over, by: actor.name, reason });
    const memory = held !== undefined && isJudged(held) ? held.memory : undefined;
    const verdicts = judgeWord(alerts, { targets, saidBefore, whyNot: (alert) => whyNot(alert, memory) });
    if (held !== undefined && memory !== undefined && verdicts.some(({ kind }) => kind === "changed")) {
      const accepted = { by: actor.name, reason };
      const { closedTo: behind } = memory.state;
      const changed = await acceptNormal(store, { tenantId, memory, rules: held.rules });
      held.memory = changed.memory;
      held.changed = true;
      const { model } = changed.memory;
      if (model !== undefined) {
        await store.assetStates.saveModel(tenantId, assetId, { version: model.version, text: encodeModel(model) });
      }
      const settingsId = await idOf(held.judging);
      await store.settings.noteAssetSwitches(tenantId, [{ assetId, behind, settingsId, storedMax: 0, accepted }]);
      observe({ kind: "asset.relearns", assetId, reason: "a person took what it does as the new normal" });
      events.push(...await applyDecisions(store, { ...keeping, decisions: changed.decisions, accepted }));
    }
    if (held !== undefined) {
      // What there is to do stays to be done.
      held.done = false;
      await store.assetStates.save(tenantId, [toSaved(held)]);
    }
    const records = events.flatMap(({ record, further }) => [record, ...further]);
    const notified = records.length === 0 ? NOBODY : await tellOf(store, { tenant, nowMs: clock.nowMs() }, records);
    return { verdicts, events, notified, held };
  });
  if (held?.memory !== undefined) {
    assetMemory.set(assetId, { memory: held.memory, revision: held.due.revision + 1 });
  }
  afterNotifying(scope, notified);
  for (const { change, alert } of events) {
    observe({ kind: "alert", change, alertId: alert.id, batchId: alert.batchId, severity: alert.severity });
  }
  const now = new Map(events.map(({ alert }) => [alert.id, alert]));
  return verdicts.map((one) => one.kind === "changed" ? { ...one, alert: now.get(one.alert.id)! } : one);
}

/** Why an alert that stands cannot end by a person's word, and what to do instead; undefined when it can. */
function whyNot({ id, kind, episodeStart }: Alert, memory: AssetMemory | undefined): string | undefined {
  if (kind !== ASSET_ANOMALY) {
    return `Alert ${id} is about an asset and of kind ${kind}, a fact that does not become normal by being called so: it ends when the ` +
      "fact does; say it of the alerts of its sensors.";
  }
  const episode = memory?.state.episode;
  if (episode?.open && episode.start === episodeStart) return undefined;
  return `Alert ${id} is judged by nothing any more, so its asset has nothing to learn from it: it is ended with the ` +
    "next change of settings.";
}

/** The memory that takes what the asset is now as normal; as it was where nothing is open. */
export async function acceptNormal(
  store: Store,
  { tenantId, memory, rules }: { tenantId: Scope["tenant"]["id"]; memory: AssetMemory; rules: AssetRules },
): Promise<{ readonly memory: AssetMemory; readonly decisions: readonly Decision[] }> {
  const span = acceptedSpan(memory);
  if (span === undefined) return { memory, decisions: [] };
  const stored = [];
  for (const { id } of rules.sensors) {
    const { ts, value } = await store.readings.latest(tenantId, id, span);
    const from = ts.findIndex((at) => at >= span.from);
    stored.push({ ts: ts.subarray(from < 0 ? ts.length : from), value: value.subarray(from < 0 ? ts.length : from) });
  }
  return acceptAssetNormal(memory, { rules, stored, limit: span.limit });
}
