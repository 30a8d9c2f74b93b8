/** Triage by asset: each with its count and its most urgent alerts, and the rest when somebody asks for it. */
import { batch, computed, signal } from "@preact/signals";
import { type AlertLines, createFollowed, type Line, type Wanted } from "./alert_lines.ts";
import { ROWS_MAX } from "./alert_list.ts";
import { ask } from "./gateway.ts";
import { type AlertRow, ALERTS } from "./queries_alerting.ts";
import { ALERT_GROUPS, type AlertGroup } from "./queries_triage.ts";

const PAGE = 200;

interface Held {
  readonly group: AlertGroup;
  readonly rows: readonly AlertRow[];
  /** To read on behind what was read; undefined before that, and at the end. */
  readonly cursor: string | undefined;
  readonly open: boolean;
}

const keyOf = ({ asset }: AlertGroup) => asset?.key ?? "";

export function createAssetLines(): AlertLines {
  const held = signal<readonly Held[]>([]);
  const followed = createFollowed({ begin, replace, isWhole: () => false });
  const lines = computed(() => held.value.flatMap(linesOf));

  async function begin({ filter, counted }: Wanted, signal: AbortSignal) {
    const { alertGroups: { groups, eventCursor }, alertCounts } = await ask(ALERT_GROUPS, { filter, counted }, signal);
    const closed = new Set(held.value.filter(({ open }) => !open).map(({ group }) => keyOf(group)));
    held.value = groups.map((group) => ({
      group,
      rows: group.alerts,
      cursor: undefined,
      open: !closed.has(keyOf(group)),
    }));
    return { eventCursor, counts: alertCounts };
  }

  function change(group: AlertGroup, to: (held: Held) => Held): void {
    held.value = held.value.map((one) => keyOf(one.group) === keyOf(group) ? to(one) : one);
  }

  async function readMore(group: AlertGroup): Promise<void> {
    const one = held.value.find((one) => keyOf(one.group) === keyOf(group));
    if (one === undefined || followed.asking.value) return;
    const room = ROWS_MAX - held.value.reduce((sum, { rows }) => sum + rows.length, 0);
    if (room <= 0) return;
    followed.asking.value = true;
    const signal = followed.signal();
    try {
      const { filter } = followed.wanted();
      const of = group.asset === null ? { unplaced: true } : { onAsset: group.asset.key };
      const place = one.cursor === undefined ? { skip: one.rows.length } : { after: one.cursor };
      const first = Math.min(PAGE, room);
      const { alerts } = await ask(
        ALERTS,
        { filter: { ...filter, ...of }, first, orderBy: "SEVERITY", ...place },
        signal,
      );
      if (signal.aborted) return;
      const known = new Set(one.rows.map(({ id }) => id));
      const fresh = alerts.edges.map(({ node }) => node).filter(({ id }) => !known.has(id));
      batch(() => {
        change(group, (now) => ({
          ...now,
          rows: [...now.rows, ...fresh],
          cursor: alerts.pageInfo.endCursor ?? undefined,
          // Some may have left the filter since they were counted.
          group: alerts.pageInfo.hasNextPage ? now.group : { ...now.group, count: now.rows.length + fresh.length },
        }));
        followed.asking.value = false;
      });
    } catch (error) {
      if (!signal.aborted) followed.failed(error);
    }
  }

  function replace(changed: ReadonlyMap<string, AlertRow>): Set<string> {
    const known = new Set<string>();
    const next = held.value.map((one) => ({
      ...one,
      rows: one.rows.map((row) => {
        const now = changed.get(row.id);
        if (now !== undefined) known.add(row.id);
        return now ?? row;
      }),
    }));
    if (known.size > 0) held.value = next;
    return known;
  }

  return {
    ...followed,
    size: computed(() => lines.value.length),
    lineAt: (index) => lines.value[index],
    placeOf: (name) => lines.value.findIndex((line) => line.name === name),
    need: () => {},
    press(line) {
      if (line.kind === "asset") change(line.group, (one) => ({ ...one, open: !one.open }));
      if (line.kind === "more") void readMore(line.group);
    },
    take: (rows) => void replace(new Map(rows.map((row) => [row.id, row]))),
  };
}

function linesOf({ group, rows, open }: Held): Line[] {
  const key = keyOf(group);
  const head: Line = { kind: "asset", name: `asset:${key}`, group, open };
  if (!open) return [head];
  const left = group.count - rows.length;
  return [
    head,
    ...rows.map((row): Line => ({ kind: "alert", name: String(row.number), row })),
    ...left > 0 ? [{ kind: "more", name: `more:${key}`, group, left } as const] : [],
  ];
}
