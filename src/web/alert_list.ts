/**
 * Triage as one list, of which the page holds a part: pages of rows around what is looked at. The scroll bar spans all
 * of them, and what comes into view is read.
 */
import { batch, computed, signal } from "@preact/signals";
import { type AlertLines, countOf, createFollowed, type Wanted } from "./alert_lines.ts";
import { ask } from "./gateway.ts";
import { type AlertRow, ALERTS, type Connection } from "./queries_alerting.ts";
import { TRIAGE } from "./queries_triage.ts";

const PAGE = 200;
/** Rows that are held at most; what is furthest from the view goes first. */
export const ROWS_MAX = 5_000;

interface Held {
  readonly rows: readonly AlertRow[];
  /** To read on behind it. */
  readonly cursor: string | undefined;
}

export function createAlertList(): AlertLines {
  const pages = signal<ReadonlyMap<number, Held>>(new Map());
  /** Known once the last page was read. */
  const ending = signal<number | undefined>(undefined);
  const followed = createFollowed({ begin, replace, isWhole: () => heldRows() === size.value });
  /** As it was when the list was read: what comes later waits. */
  const total = signal(0);
  const size = computed(() => ending.value ?? total.value);
  let view: readonly [first: number, last: number] = [0, 0];
  let reading = false;

  const heldRows = () => Array.from(pages.value.values(), ({ rows }) => rows.length).reduce((a, b) => a + b, 0);

  async function begin({ filter, counted, order }: Wanted, signal: AbortSignal) {
    const { alerts, alertCounts } = await ask(TRIAGE, { filter, counted, first: PAGE, orderBy: order }, signal);
    batch(() => {
      total.value = countOf(alertCounts, filter);
      ending.value = undefined;
      pages.value = new Map();
      hold(0, alerts);
    });
    return { eventCursor: alerts.eventCursor, counts: alertCounts };
  }

  function hold(page: number, { edges, pageInfo }: Connection<AlertRow>): void {
    const next = new Map(pages.value);
    next.set(page, {
      rows: edges.map(({ node }) => node),
      cursor: pageInfo.hasNextPage ? pageInfo.endCursor ?? undefined : undefined,
    });
    const middle = Math.floor((view[0] + view[1]) / 2 / PAGE);
    const far = (one: number) => Math.abs(one - middle);
    while (next.size * PAGE > ROWS_MAX) next.delete([...next.keys()].reduce((a, b) => far(b) > far(a) ? b : a));
    batch(() => {
      pages.value = next;
      if (!pageInfo.hasNextPage) ending.value = page * PAGE + edges.length;
    });
  }

  function missing(): number | undefined {
    const last = Math.min(view[1], size.value) - 1;
    for (let page = Math.floor(view[0] / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!pages.value.has(page)) return page;
    }
  }

  /** One page after the other: who drags the scroll bar asks for where it comes to rest. */
  async function readMissing(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      for (let page = missing(); page !== undefined && !followed.asking.value; page = missing()) {
        const { filter, order } = followed.wanted();
        const signal = followed.signal();
        // Behind the page before nothing is missed, whatever has changed meanwhile; a jump may be off by what has.
        const after = pages.value.get(page - 1)?.cursor;
        const place = after === undefined ? { skip: page * PAGE } : { after };
        const { alerts } = await ask(ALERTS, { filter, first: PAGE, orderBy: order, ...place }, signal);
        if (!signal.aborted) hold(page, alerts);
      }
    } catch (error) {
      if ((error as Error).name !== "AbortError") followed.failed(error);
    } finally {
      reading = false;
    }
  }

  function replace(changed: ReadonlyMap<string, AlertRow>): Set<string> {
    const known = new Set<string>();
    const next = new Map<number, Held>();
    for (const [page, { rows, cursor }] of pages.value) {
      const drawn = rows.map((row) => {
        const now = changed.get(row.id);
        if (now !== undefined) known.add(row.id);
        return now ?? row;
      });
      next.set(page, { rows: drawn, cursor });
    }
    if (known.size > 0) pages.value = next;
    return known;
  }

  return {
    ...followed,
    size,
    lineAt(index) {
      const row = pages.value.get(Math.floor(index / PAGE))?.rows[index % PAGE];
      return row && { kind: "alert", name: String(row.number), row };
    },
    placeOf(name) {
      for (const [page, { rows }] of pages.value) {
        const at = rows.findIndex(({ number }) => String(number) === name);
        if (at >= 0) return page * PAGE + at;
      }
      return -1;
    },
    need(first, last) {
      view = [first, last];
      void readMissing();
    },
    press: () => {},
    take: (rows) => void replace(new Map(rows.map((row) => [row.id, row]))),
  };
}
