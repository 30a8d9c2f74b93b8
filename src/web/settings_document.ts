/** Documents of settings: trees of fields, told by paths such as `sensor.episode.threshold`. */
import type { FieldSchema } from "./queries_settings.ts";

export type Tree = { [name: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The document with these fields laid over it. */
export function withFields(document: unknown, fields: ReadonlyMap<string, unknown>): Tree {
  const copy: Tree = isTree(document) ? structuredClone(document) : {};
  for (const [path, value] of fields) {
    const names = path.split(".");
    let part = copy;
    for (const name of names.slice(0, -1)) part = (isTree(part[name]) ? part[name] : part[name] = {}) as Tree;
    part[names[names.length - 1]] = value;
  }
  return copy;
}

/** What the JSON Schema says of a field; undefined when it says nothing by that path. */
export function schemaOf(schema: FieldSchema, path: string): FieldSchema | undefined {
  let part: FieldSchema | undefined = schema;
  for (const name of path.split(".")) {
    const others: boolean | FieldSchema | undefined = part?.additionalProperties;
    part = part?.properties?.[name] ?? (typeof others === "object" ? others : undefined);
  }
  return part;
}

/** A value as text, for people and for a field of a form. */
export function textOf(value: unknown): string {
  return value === null || value === undefined
    ? "-"
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
}

/** The value that a text in a field stands for, of the kind that it has now; undefined: of no such kind. */
export function valueOf(text: string, now: unknown): unknown {
  if (typeof now === "number") {
    const value = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (typeof now === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: what is typed is not finished yet.
    return undefined;
  }
}
