/** Describes an asset: a new one, or the one that has the key. */
import type { Asset } from "../../domain/plant/asset.ts";
import { keyFault } from "../../domain/key.ts";
import { textFault } from "../../domain/text.ts";
import type { Criticality } from "../../domain/plant/asset.ts";
import { invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { type Told, toldOr } from "./told.ts";

export interface AssetInput {
  readonly key: string;
  readonly name?: Told<string>;
  readonly parentKey?: Told<string>;
  readonly criticality?: Told<Criticality>;
  /** ISO 14224 taxonomy level, 1 to 9. */
  readonly level?: Told<number>;
  /** How far behind its newest reading others may still come, in ms. */
  readonly reorderWindowMs?: Told<number>;
}

/** Names stand in lists and messages. */
export const NAME_LENGTH_MAX = 200;

/** Rows wait for it. */
const REORDER_WINDOW_MAX_MS = 86_400_000;

// Deeper trees than the nine levels of ISO 14224 are mistakes, most often a circle.
const DEPTH_MAX = 16;

/** What is left out stays as it is, null clears. A retired asset is in use again. Throws invalid and not found. */
export async function registerAsset(scope: Pick<Scope, "store" | "tenant">, input: AssetInput): Promise<Asset> {
  const { key, name, parentKey, level, reorderWindowMs } = input;
  const fault = keyFault(key);
  if (fault !== undefined) throw invalid("key", `The key ${fault}.`);
  const nameFault = name == null ? undefined : textFault(name, NAME_LENGTH_MAX);
  if (nameFault !== undefined) throw invalid("name", `The name ${nameFault}.`);
  if (level != null && !(Number.isInteger(level) && level >= 1 && level <= 9)) {
    throw invalid("level", `The level ${level} is not one of ISO 14224's levels, 1 to 9.`);
  }
  if (reorderWindowMs != null && !(reorderWindowMs > 0 && reorderWindowMs <= REORDER_WINDOW_MAX_MS)) {
    throw invalid("reorderWindow", "The reorder window has to be longer than nothing and at most a day.");
  }
  const parent = parentKey == null ? parentKey : await findAsset(scope, { key: parentKey, field: "parentKey" });
  if (parent != null) await refuseCircle(scope, { key, parent });
  const { tenant } = scope;
  return await scope.store.transaction(async (store) => {
    const known = await store.assets.lock(tenant.id, key);
    return await store.assets.save(tenant.id, {
      key,
      name: toldOr(name, known?.name) ?? key,
      parentId: toldOr(parent?.id ?? (parent as null | undefined), known?.parentId),
      criticality: toldOr(input.criticality, known?.criticality) ?? "B",
      level: toldOr(level, known?.level),
      reorderWindowMs: toldOr(reorderWindowMs, known?.reorderWindowMs),
      retiredAt: undefined,
    });
  });
}

/** The asset with `key`; throws not found naming `field`. */
export async function findAsset(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  { key, field }: { key: string; field: string },
): Promise<Asset> {
  const asset = keyFault(key) === undefined ? await store.assets.byKey(tenant.id, key) : undefined;
  if (asset === undefined) {
    throw notFound(field, `There is no asset with the key ${JSON.stringify(key)}. Register it first.`);
  }
  return asset;
}

async function refuseCircle(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  { key, parent }: { key: string; parent: Asset },
) {
  let above: Asset | undefined = parent;
  for (let depth = 0; above !== undefined; depth++) {
    if (above.key === key || depth >= DEPTH_MAX) {
      throw invalid(
        "parentKey",
        `The asset ${JSON.stringify(key)} would be ${above.key === key ? "part of itself" : "too deep"}.`,
      );
    }
    [above] = above.parentId === undefined
      ? []
      : await store.assets.byIds(tenant.id, [above.parentId]) as (Asset | undefined)[];
  }
}
