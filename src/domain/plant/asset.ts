/** An asset is a maintained machine or a part of one; assets form a tree (ISO 14224, taxonomy levels 1 to 9). */
import type { Criticality } from "../detection/severity.ts";

export type AssetId = number & { readonly noun: "asset" };

export interface Asset {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parentId: AssetId | undefined;
  readonly criticality: Criticality;
  readonly level: number | undefined;
}
