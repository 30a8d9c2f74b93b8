/**
 * When assets are folded: behind the batches that brought their readings, but not behind each. Their cost lies more in
 * how often they are folded than in how much; so a fold is followed by a rest in proportion to what it took, and what
 * comes in the meantime is folded together when it is over. With little to do, that is at once.
 */
import { deferred } from "../../deferred.ts";
import type { TenantId } from "../../domain/access/tenant.ts";

/** Of a process's time, the most that goes to assets as long as they keep up. */
const SHARE = 0.07;
const REST_MAX_MS = 1_000;

export interface AssetTurns {
  /**
   * Folds at once, and resolves when that is done, or rejects with what it threw; during a rest or another fold it
   * resolves at once, and `later` is given the fold that will be done then.
   */
  soon(tenantId: TenantId, fold: () => Promise<void>, later: (work: Promise<void>) => void): Promise<void>;
}

export function createAssetTurns(): AssetTurns {
  const planned = new Set<TenantId>();
  /** Resolves when the fold under way has had its rest; undefined: there is none. */
  let rest: Promise<void> | undefined;

  async function turn(fold: () => Promise<void>): Promise<void> {
    const { promise, resolve } = deferred<void>();
    rest = promise;
    const beganMs = performance.now();
    try {
      await fold();
    } finally {
      const restMs = Math.min(REST_MAX_MS, (performance.now() - beganMs) * (1 - SHARE) / SHARE);
      setTimeout(() => {
        rest = undefined;
        resolve();
      }, restMs);
    }
  }

  async function turnLater(tenantId: TenantId, fold: () => Promise<void>): Promise<void> {
    while (rest !== undefined) await rest;
    // Who asks from now on wants another one.
    planned.delete(tenantId);
    await turn(fold);
  }

  return {
    async soon(tenantId, fold, later) {
      if (planned.has(tenantId)) return;
      if (rest === undefined) return await turn(fold);
      planned.add(tenantId);
      later(turnLater(tenantId, fold));
    },
  };
}
