/** Triage: all alerts by what one looks for, in a window of lines, with the keyboard alone if one likes. */
import { effect, signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Actions } from "./actions.tsx";
import { addressOf, go, params, setParams } from "./address.ts";
import { countOf } from "./alert_lines.ts";
import { createAlertList } from "./alert_list.ts";
import { createAssetLines } from "./asset_lines.ts";
import { count, plural } from "./format.ts";
import { Glance } from "./glance.tsx";
import { takeKeys } from "./keys.ts";
import { preferences } from "./preferences.ts";
import type { AlertRow } from "./queries_alerting.ts";
import { byAsset, Filters, NoAlerts, toggleByAsset, wanted } from "./triage_filters.tsx";
import { TriageWindow } from "./triage_window.tsx";

const NARROW_ROW_PX = 46;

/** Follows what a query of the style sheet says. */
function watched(query: string) {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => matches.value = list.matches);
  return matches;
}

const narrow = watched("(max-width: 720px)");
/** Room for the list and for what is known of the one that is chosen. */
const wide = watched("(min-width: 1200px)");

export function TriageScreen() {
  const grouped = byAsset.value;
  const lines = useMemo(() => grouped ? createAssetLines() : createAlertList(), [grouped]);
  useEffect(() => {
    const stop = effect(() => void lines.start(wanted.value));
    return () => {
      stop();
      lines.end();
    };
  }, [lines]);
  // Where there is no room beside it, the reason stands in a second line.
  const rowPx = narrow.value ? NARROW_ROW_PX : preferences.value.rowPx;

  const at = useComputed(() => lines.placeOf(params.value.get("sel") ?? ""));
  const shown = useSignal(-1);
  /** A place that was chosen before its line was read. */
  const wished = useSignal(-1);
  const select = (index: number) => {
    const size = lines.size.value;
    if (size === 0) return;
    const place = Math.min(Math.max(index, 0), size - 1);
    const line = lines.lineAt(place);
    wished.value = line === undefined ? place : -1;
    shown.value = -1;
    shown.value = place;
    if (line !== undefined) setParams({ sel: line.name });
  };
  useSignalEffect(() => {
    const line = wished.value < 0 ? undefined : lines.lineAt(wished.value);
    if (line === undefined) return;
    wished.value = -1;
    setParams({ sel: line.name });
  });
  const chosen = at.value < 0 ? undefined : lines.lineAt(at.value);
  const row = chosen?.kind === "alert" ? chosen.row : undefined;
  const press = (index: number) => {
    const line = lines.lineAt(index);
    if (line?.kind === "alert") go(addressOf(["alerts", line.row.number]));
    else if (line !== undefined) lines.press(line);
  };

  const marked = useSignal<ReadonlyMap<string, AlertRow>>(new Map());
  const mark = () => {
    if (row === undefined) return;
    const next = new Map(marked.value);
    if (!next.delete(row.id)) next.set(row.id, row);
    marked.value = next;
  };
  const onActed = (rows: readonly AlertRow[]) => {
    lines.take(rows);
    marked.value = new Map();
  };
  // What is marked, or else the one that is chosen.
  const targets = useMemo(
    () => marked.value.size > 0 ? Array.from(marked.value.values(), newest) : row === undefined ? [] : [row],
    [marked.value, row],
  );

  /** What was marked may have changed since, and may stand where nothing is held any more. */
  function newest(before: AlertRow): AlertRow {
    const line = lines.lineAt(lines.placeOf(String(before.number)));
    return line?.kind === "alert" ? line.row : before;
  }

  const search = useRef<HTMLInputElement>(null);
  // At once, so that the next key means the line that the one before has chosen.
  useLayoutEffect(() =>
    takeKeys([
      { key: "x", about: "mark it, to act on several", act: mark },
      { key: "j", about: "next alert", act: () => select(at.value + 1) },
      { key: "k", about: "previous alert", act: () => select(at.value - 1) },
      { key: "ArrowDown", about: "next alert", act: () => select(at.value + 1) },
      { key: "ArrowUp", about: "previous alert", act: () => select(at.value - 1) },
      { key: "g", about: "first alert", act: () => select(0) },
      { key: "G", about: "last alert", act: () => select(lines.size.value - 1) },
      { key: "Enter", about: "open it", act: () => press(at.value) },
      { key: "b", about: "by asset, or one after the other", act: toggleByAsset },
      { key: "/", about: "look for a text", act: () => search.current?.focus() },
      { key: ".", about: "show the new ones", act: lines.again },
      { key: "Escape", about: "leave the field", act: () => (document.activeElement as HTMLElement | null)?.blur() },
    ]), [lines, row]);

  const empty = lines.size.value === 0 && !lines.asking.value && lines.fault.value === undefined;
  return (
    <section class={wide.value ? "page triage split" : "page triage"}>
      <h1>Alerts</h1>
      <Filters counts={lines.counts} search={search} />
      <p class="found" role="status">{lines.fault.value === undefined ? found() : ""}</p>
      {lines.fault.value !== undefined && (
        <p class="fault" role="alert">
          {lines.fault.value.message} <button type="button" onClick={lines.again}>Try again</button>
        </p>
      )}
      <Actions alerts={targets} onActed={onActed} />
      {lines.waitingCount.value > 0 && (
        <button type="button" class="newer" onClick={lines.again}>
          {count(lines.waitingCount.value)} new above, press . to show
        </button>
      )}
      <div class="beside">
        <div class="list">
          <div class="head" aria-hidden="true">
            <span>Severity</span>
            <span>State</span>
            <span>About</span>
            <span>Why</span>
            <span class="num">Opened</span>
            <span class="num">Stands</span>
          </div>
          <TriageWindow
            lines={lines}
            rowPx={rowPx}
            at={at.value}
            marked={new Set(marked.value.keys())}
            shown={shown}
            onSelect={select}
            onPress={press}
          />
        </div>
        {wide.value && <Glance row={row} />}
      </div>
      {empty && <NoAlerts />}
    </section>
  );

  function found(): string {
    const counts = lines.counts.value;
    if (counts === undefined) return lines.asking.value ? "…" : "";
    return `${plural(countOf(counts, wanted.value.filter), "alert")} match${lines.asking.value ? " …" : ""}`;
  }
}
