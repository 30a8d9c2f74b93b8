/** An asset is a maintained machine or a part of one; assets form a tree (ISO 14224, taxonomy levels 1 to 9). */

export type AssetId = number & { readonly noun: "asset" };

/** How much the plant depends on an asset. */
export const CRITICALITIES = {
  A: "Without it the plant stops.",
  B: "Without it the plant goes slower.",
  C: "It is spared without loss.",
} as const;
export type Criticality = keyof typeof CRITICALITIES;

export interface Asset {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parentId: AssetId | undefined;
  readonly criticality: Criticality;
  readonly level: number | undefined;
  /**
   * How far behind the asset's newest reading others may still come and be judged with them (ms); undefined: that is
   * learnt.
   */
  readonly reorderWindowMs: number | undefined;
  /** When it was taken out of use (ms). */
  readonly retiredAt: number | undefined;
}
