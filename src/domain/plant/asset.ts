/** An asset is a maintained machine or a part of one; assets form a tree (ISO 14224, taxonomy levels 1 to 9). */

export type AssetId = number & { readonly noun: "asset" };

/** How much the plant depends on an asset: A stops it, B slows it, C is spared. */
export const CRITICALITIES = ["A", "B", "C"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

export interface Asset {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parentId: AssetId | undefined;
  readonly criticality: Criticality;
  readonly level: number | undefined;
}
