/** What differs between two settings, field by field, with what each field is. */
import { type ResolvedSettings, resolveSettings, type SettingsLayer } from "./settings_layers.ts";
import { fieldAt, type Leaf, leavesOf, type Tree } from "./settings_document.ts";

export interface SettingsChange {
  readonly path: string;
  /** Undefined where it is not there. */
  readonly before: Leaf | undefined;
  readonly after: Leaf | undefined;
  /** "" without one. */
  readonly unit: string;
  readonly effect: string;
  /** Whether a detector starts anew by it, and learns from stored readings. */
  readonly relearns: boolean;
}

/** What stands in tables and names instead of numbers and switches. */
const OTHERS: Readonly<Record<string, string>> = {
  severity: "The first row that holds gives the severity for criticality B; A is one step above, C one below.",
  detector: "Which detector watches.",
  fitsAt: "Rows of the baseline at which the asset's models are fitted, again with more at each further one.",
};

export function describeLeaf(path: string, document: Readonly<Tree>): { unit: string; effect: string } {
  const field = fieldAt(path, document);
  if (field === undefined) return { unit: "", effect: OTHERS[path.slice(path.lastIndexOf(".") + 1)] ?? "" };
  return { unit: field.kind === "number" ? field.unit : "", effect: field.effect };
}

/** What makes something start anew, of a sensor and of an asset. */
const RELEARNS =
  /^sensor\.(counts$|glitch\.|level\.)|\.parameters\.|\.detector$|^asset\.(binMs$|stream\.(warmUp|window|perBlock)$|fitsAt$|sampleMax$|forest\.|modes\.)/;

/** From one complete document to another, in the order of the latter; what is only in the former comes last. */
export function changesBetween(before: Readonly<Tree>, after: Readonly<Tree>): SettingsChange[] {
  const [old, now] = [new Map(leavesOf(before)), new Map(leavesOf(after))];
  const paths = [...now.keys(), ...[...old.keys()].filter((path) => !now.has(path))];
  return paths.filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path))).map((path) => ({
    path,
    before: old.get(path),
    after: now.get(path),
    ...describeLeaf(path, now.has(path) ? after : before),
    relearns: now.has(path) && RELEARNS.test(path),
  }));
}

/** The narrowest layer of settings, and what is otherwise because of it; undefined: all is as in the code. */
export function narrowestOf(
  { layers, document }: ResolvedSettings,
): { readonly layer: SettingsLayer; readonly changes: readonly SettingsChange[] } | undefined {
  const layer = layers.at(-1);
  return layer && { layer, changes: changesBetween(resolveSettings(layers.slice(0, -1)).document, document) };
}
