/** Looks whether tenants have more alerts than a person can take in, and says when that begins and ends. */
import { type Flood, FLOOD_BEGINS_ABOVE, FLOOD_WINDOW_MS, floodStep } from "../../domain/alerting/flood.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Load } from "../../ports/alerting/flood.ts";
import type { Store } from "../../ports/store.ts";
import { type Deps, eventsTopic } from "../scope.ts";

/** Answers how many began or ended. */
export async function watchFloods(deps: Deps): Promise<number> {
  const at = deps.clock.nowMs();
  const loads = await deps.store.floods.loads({ since: at - FLOOD_WINDOW_MS, above: FLOOD_BEGINS_ABOVE });
  let changed = 0;
  for (const load of loads) {
    const event = await deps.store.transaction(async (store) => {
      const told = await step(store, { load, at });
      if (told !== undefined) await store.events.append(load.tenantId, [told]);
      return told;
    });
    if (event === undefined) continue;
    changed++;
    deps.wakeUps.wake(eventsTopic(load.tenantId));
  }
  return changed;
}

async function step(store: Store, { load, at }: { load: Load; at: number }): Promise<EventRecord | undefined> {
  const { tenantId, count, flood } = load;
  switch (floodStep(flood !== undefined, count)) {
    case "begins":
      return eventOf("began", await store.floods.begin(tenantId, { at, count }));
    case "ends":
      return eventOf("ended", await store.floods.end(tenantId, flood!.id, { at }));
    case "goes_on":
      await store.floods.goOn(tenantId, flood!.id, { count });
      return undefined;
    case "none":
      return undefined;
  }
}

function eventOf(change: "began" | "ended", flood: Flood | undefined): EventRecord | undefined {
  if (flood === undefined) return undefined;
  return { type: `flood.${change}`, batchId: undefined, alertId: undefined, body: JSON.stringify({ change, flood }) };
}
