/**
 * Part of a fold of batches: notes for the assets of its sensors that there is something to do (fold_assets.ts), and
 * counts what has come too late for their rows.
 */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Accepted } from "../../domain/intake/verdict.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Arrival } from "../../ports/detection/asset_state.ts";
import type { Store } from "../../ports/store.ts";

/** `batches` with the readings that each has added, in the order in which they were folded. */
export async function noteAssets(
  store: Store,
  { tenantId, batches }: { tenantId: TenantId; batches: readonly { id: BatchId; added: Accepted }[] },
): Promise<void> {
  const arrivals = new Map<SensorId, Arrival>();
  for (const { id, added } of batches) {
    for (const [i, sensorId] of added.sensorIds.entries()) {
      const [from, to] = [added.offsets[i], added.offsets[i + 1]];
      if (from === to) continue;
      const before = arrivals.get(sensorId);
      arrivals.set(sensorId, {
        sensorId,
        first: Math.min(before?.first ?? Infinity, added.ts[from]),
        last: Math.max(before?.last ?? -Infinity, added.ts[to - 1]),
        batchId: id,
      });
    }
  }
  for (const { sensorId, watermark } of await store.assetStates.note(tenantId, [...arrivals.values()])) {
    const late = batches.flatMap(({ added }) => {
      const i = added.sensorIds.indexOf(sensorId);
      return i < 0 ? [] : [...added.ts.subarray(added.offsets[i], added.offsets[i + 1])].filter((ts) => ts < watermark);
    });
    if (late.length === 0) continue;
    const [from, to] = [Math.min(...late), Math.max(...late)];
    await store.assetStates.addLate(tenantId, sensorId, { count: late.length, from, to });
  }
}
