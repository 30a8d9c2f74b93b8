/**
 * Keeps the store itself small and quick, where it does not do so by itself: old readings are compressed, dead rows
 * cleared away.
 */
import type { Deps } from "../scope.ts";

export interface Tidied {
  readonly compressed: number;
  readonly vacuumed: number;
}

type StoreDeps = Pick<Deps, "store" | "clock" | "limits">;

/** Throws `StoreUnavailable`. */
export async function tidyStore({ store, clock, limits }: StoreDeps, beat: () => void): Promise<Tidied> {
  const parts = await store.upkeep.compressible(clock.nowMs() - limits.compressAfterMs);
  for (const part of parts) {
    beat();
    await store.upkeep.compress(part);
  }
  const tables = await store.upkeep.vacuumable("all");
  for (const table of tables) {
    beat();
    await store.upkeep.vacuum(table, { analyze: true });
  }
  return { compressed: parts.length, vacuumed: tables.length };
}

/** The same for tables whose rows are rewritten with every batch alone: these cannot wait for the hour. */
export async function vacuumRewritten({ store }: Pick<Deps, "store">): Promise<void> {
  for (const table of await store.upkeep.vacuumable("rewritten")) await store.upkeep.vacuum(table, { analyze: false });
}
