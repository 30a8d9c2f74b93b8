/** Lists as relay connections: newest first, forwards only. */
import { invalid } from "../src/operations/errors.ts";
import { builder } from "./builder.ts";
import { LOOKUP_COST } from "./cost.ts";

export const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 50;

/** What a list takes when the client does not say, and at most. */
export interface ListSize {
  readonly usually: number;
  readonly most?: number;
}

/** The argument `first` of a list inside a row, with its limits in words. */
export function firstArgs({ usually, most = PAGE_MAX }: ListSize) {
  return builder.args((t) => ({
    first: t.int({ defaultValue: usually, description: `How many at most: 1 to ${most.toLocaleString("en")}.` }),
  }));
}

/** What such a list costs in each row. */
export function listCost({ usually }: ListSize): (args: { first?: number | null }) => { multiplier: number } {
  return ({ first }) => ({ multiplier: first ?? usually });
}

/** The argument `first` as it was given. Throws invalid when it is out of bounds. */
export function firstOf(first: number | null | undefined, { usually, most = PAGE_MAX }: ListSize): number {
  const rows = first ?? usually;
  if (rows >= 1 && rows <= most) return rows;
  throw invalid("first", `first has to be 1 to ${most.toLocaleString("en")}.`);
}

/** The arguments of a connection. */
export const PAGE_ARGS = builder.args((t) => ({
  first: t.int({
    defaultValue: PAGE_DEFAULT,
    description: `How many at most, newest first: 1 to ${PAGE_MAX.toLocaleString("en")}.`,
  }),
  after: t.string({ description: "`endCursor` of the page before; left out: the first page." }),
}));

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** What a page costs: a lookup, and each of its rows. */
export function pageCost({ first }: PageArgs): { field: number; multiplier: number } {
  return { field: LOOKUP_COST, multiplier: first ?? PAGE_DEFAULT };
}

/** How a list gives out the place of a row, as text without secrets, and reads it again. */
export interface PlaceCodec<Row, Place> {
  readonly write: (row: Row) => string;
  /** Undefined for text that is no place of this list. */
  readonly read: (text: string) => Place | undefined;
}

const BY_ID: PlaceCodec<{ readonly id: number }, number> = {
  write: ({ id }) => `before:${id}`,
  read(text) {
    const match = /^before:(\d{1,15})$/.exec(text);
    return match === null ? undefined : Number(match[1]);
  },
};

/** A connection over `load`, which answers up to `limit` rows with ids below `before`, newest first. Throws invalid. */
export function connectionOf<Row extends { readonly id: number }>(
  args: PageArgs,
  load: (page: { before?: number; limit: number }) => Promise<Row[]>,
) {
  return connectionBy(args, { place: BY_ID, load: ({ behind, limit }) => load({ before: behind, limit }) });
}

/** The same for a list that has another order: `load` answers up to `limit` rows behind a place. Throws invalid. */
export async function connectionBy<Row, Place>(
  args: PageArgs,
  { place, load }: {
    place: PlaceCodec<Row, Place>;
    load: (page: { behind?: Place; limit: number }) => Promise<Row[]>;
  },
) {
  const first = firstOf(args.first, { usually: PAGE_DEFAULT });
  const behind = args.after == null ? undefined : readPlace(args.after, place);
  const rows = await load({ behind, limit: first + 1 });
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: writePlace(node, place) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: behind !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The cursor of a row. */
export function writePlace<Row>(row: Row, place: PlaceCodec<Row, unknown>): string {
  return btoa(place.write(row));
}

/** The place that a cursor names. Throws invalid. */
export function readPlace<Place>(cursor: string, place: PlaceCodec<never, Place>): Place {
  try {
    const read = place.read(atob(cursor));
    if (read !== undefined) return read;
  } catch {
    // Not base64: the one thing that atob throws for, answered below.
  }
  throw invalid("after", "The cursor is not one that this list gave out.");
}
