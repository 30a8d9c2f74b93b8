/**
 * Gives a workflow to what should have one and has none: batches that were accepted while none could be started, whose
 * workflow was terminated, or whose Temporal database was lost; reprocess runs whose process died before it started
 * them. What they did before stands in the store. It also does what is due by the clock: shelves and windows that are
 * over.
 */
import { SERVICE } from "../domain/access/actor.ts";
import { releaseHeld } from "./alerting/relate_alerts.ts";
import { settleWindows } from "./alerting/change_windows.ts";
import { unshelveDue } from "./alerting/shelve_alerts.ts";
import { watchFloods } from "./alerting/watch_floods.ts";
import { type WatchOptions, watchSilence } from "./alerting/watch_silence.ts";
import { allOf } from "./all_of.ts";
import { foldAssetsSoon } from "./detection/fold_assets.ts";
import { startBatch } from "./intake/accept_batch.ts";
import type { TenantName } from "../ports/workflows.ts";
import type { Deps } from "./scope.ts";
import { loseParts } from "./show_parts.ts";

/** A start is normally a matter of milliseconds. */
const OLDER_THAN_MS = 5_000;
/** More than workflows can be worked off between two sweeps. */
const PER_SWEEP_MAX = 1_000;
const ALERTS_PER_PAGE = 200;
/** Pages begin within this time, so that batches do not wait for long. */
const ALERTS_MAX_MS = 4_000;
const STARTS_AT_ONCE = 16;

/** A timer of an alert that has not been looked at for so long behind its time has lost its workflow. */
const OVERDUE_MS = 30_000;

export interface Swept {
  readonly batches: number;
  readonly reprocessings: number;
  readonly alerts: number;
}

/**
 * Answers how many it gave a workflow; who has not been listening for a while leaves out who is silent. Throws
 * `StoreUnavailable` and `WorkflowsUnavailable`.
 */
export async function sweep(deps: Deps, { listeningSince }: Partial<WatchOptions> = {}): Promise<Swept> {
  // Before Temporal is asked: what is due by the clock needs the store alone.
  await foldLeftAssets(deps);
  await unshelveDue(deps);
  await settleWindows(deps);
  await releaseHeld(deps);
  await watchFloods(deps);
  await loseParts(deps);
  if (listeningSince !== undefined) await watchSilence(deps, { listeningSince });
  const [work, alerts] = [await sweepWork(deps), await sweepAlerts(deps)];
  const swept = { ...work, alerts };
  if (swept.batches + swept.reprocessings + swept.alerts > 0) deps.observe({ kind: "swept", ...swept });
  return swept;
}

/**
 * Alerts say by themselves that their workflow has something to do: those for which nothing is due are not looked at,
 * however many they are.
 */
async function sweepAlerts({ store, workflows }: Deps): Promise<number> {
  const began = performance.now();
  let swept = 0;
  for (let more = true; more && performance.now() - began < ALERTS_MAX_MS;) {
    const late = await store.alertTimers.neglected({
      nudgedMs: OLDER_THAN_MS,
      overdueMs: OVERDUE_MS,
      againMs: OVERDUE_MS,
      limit: ALERTS_PER_PAGE,
    });
    await allOf(
      late,
      { atOnce: STARTS_AT_ONCE },
      ({ tenantId, tenantKey, alertId }) =>
        workflows.followAlert({ id: tenantId, key: tenantKey }, alertId, { start: true }),
    );
    swept += late.length;
    more = late.length >= ALERTS_PER_PAGE;
  }
  return swept;
}

async function sweepWork(deps: Deps): Promise<Pick<Swept, "batches" | "reprocessings">> {
  const [batches, runs] = await Promise.all([
    deps.store.batches.unfinishedInTurns({ olderThanMs: OLDER_THAN_MS, limit: PER_SWEEP_MAX }),
    deps.store.reprocessing.running({ olderThanMs: OLDER_THAN_MS, limit: PER_SWEEP_MAX }),
  ]);
  if (batches.length === 0 && runs.length === 0) return { batches: 0, reprocessings: 0 };
  const running = await deps.workflows.running();
  const named = <Row extends { tenantId: number; tenantKey: string }>(row: Row) => (
    { ...row, tenant: { id: row.tenantId, key: row.tenantKey } as Parameters<typeof running.hasBatch>[0] }
  );
  const stranded = batches.map(named).filter(({ tenant, id }) => !running.hasBatch(tenant, id));
  const unstarted = runs.map(named).filter(({ tenant, id }) => !running.hasReprocessing(tenant, id));
  await allOf(stranded, { atOnce: STARTS_AT_ONCE }, async ({ tenant, ...batch }) => {
    await startBatch({ ...deps, tenant, actor: SERVICE }, batch, { fresh: false });
  });
  await allOf(unstarted, { atOnce: STARTS_AT_ONCE }, ({ tenant, id }) => deps.workflows.startReprocessing(tenant, id));
  return { batches: stranded.length, reprocessings: unstarted.length };
}

/** What a process noted that died before it was through, or was kept from it. */
async function foldLeftAssets(deps: Deps): Promise<void> {
  for (const { tenantId, tenantKey } of await deps.store.assetStates.tenantsDue()) {
    await foldAssetsSoon({ ...deps, tenant: { id: tenantId, key: tenantKey } as TenantName, actor: SERVICE });
  }
}
