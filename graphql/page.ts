/** Lists as relay connections: newest first, forwards only. */
import { invalid } from "../src/operations/errors.ts";

export const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 50;

export interface ConnectionArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** A connection over `load`, which answers up to `limit` rows with ids below `before`, newest first. */
export async function connectionOf<Row extends { readonly id: number }>(
  args: ConnectionArgs,
  load: (page: { before?: number; limit: number }) => Promise<Row[]>,
) {
  if (args.last != null || args.before != null) throw invalid("last", "Lists go forwards only: use first and after.");
  const first = args.first ?? PAGE_DEFAULT;
  if (first < 1 || first > PAGE_MAX) throw invalid("first", `first has to be 1 to ${PAGE_MAX}.`);
  const before = args.after == null ? undefined : decode(args.after);
  const rows = await load({ before, limit: first + 1 });
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: btoa(`before:${node.id}`) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: before !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const CURSOR = /^before:(\d{1,15})$/;

function decode(cursor: string): number {
  try {
    const match = CURSOR.exec(atob(cursor));
    if (match !== null) return Number(match[1]);
  } catch {
    // Not base64: the one thing that atob throws for, answered below.
  }
  throw invalid("after", "The cursor is not one that this list gave out.");
}
