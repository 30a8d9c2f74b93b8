/** Triage: all alerts by what one looks for, in a window of rows, with the keyboard alone if one likes. */
import { computed, effect, signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Actions } from "./actions.tsx";
import { addressOf, go, params, setParams } from "./address.ts";
import { createAlertList, ROWS_MAX } from "./alert_list.ts";
import { count } from "./format.ts";
import { takeKeys } from "./keys.ts";
import { SEVERITIES } from "./parts.tsx";
import { preferences } from "./preferences.ts";
import type { AlertFilter } from "./queries_alerting.ts";
import { TriageRow } from "./triage_row.tsx";

/** What one looks for most often, by the word in the address. */
const STATES: Readonly<Record<string, { readonly name: string; readonly states?: readonly string[] }>> = {
  open: { name: "open", states: ["UNACKNOWLEDGED", "ACKNOWLEDGED", "RETURNED_UNACKNOWLEDGED"] },
  standing: { name: "standing", states: ["UNACKNOWLEDGED", "ACKNOWLEDGED"] },
  new: { name: "new", states: ["UNACKNOWLEDGED"] },
  returned: { name: "returned", states: ["RETURNED_UNACKNOWLEDGED"] },
  all: { name: "all" },
};

const NARROW_ROW_PX = 46;
const narrowQuery = matchMedia("(max-width: 720px)");
const narrow = signal(narrowQuery.matches);
narrowQuery.addEventListener("change", () => narrow.value = narrowQuery.matches);

const TYPING_MS = 150;
/** Rows drawn above and below what is in view. */
const MARGIN = 8;

const filter = computed<AlertFilter>(() => {
  const { value } = params;
  const severities = (value.get("severity") ?? "").split(",").filter((one) => one !== "").map((one) =>
    one.toUpperCase()
  );
  const states = STATES[value.get("state") ?? "open"]?.states;
  return {
    ...severities.length > 0 ? { severities } : {},
    ...states === undefined ? {} : { states },
    ...value.get("q") ? { text: value.get("q")! } : {},
    ...value.get("asset") ? { asset: value.get("asset")! } : {},
    ...value.get("sensor") ? { sensor: value.get("sensor")! } : {},
  };
});

/** The most urgent first; or the newest. */
const order = computed(() => params.value.get("sort") === "newest" ? "NEWEST" : "SEVERITY");

export function TriageScreen() {
  const list = useMemo(createAlertList, []);
  const top = useMemo(() => signal(Number(history.state?.top ?? 0)), []);
  const height = useMemo(() => signal(600), []);
  const box = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    const stop = effect(() => void list.start(filter.value, order.value));
    return () => {
      stop();
      list.end();
    };
  }, []);

  const selected = useComputed(() => Number(params.value.get("sel") ?? NaN));
  const at = useComputed(() => list.rows.value.findIndex(({ number }) => number === selected.value));
  // Where there is no room beside it, the reason stands in a second line.
  const rowPx = narrow.value ? NARROW_ROW_PX : preferences.value.rowPx;

  const select = (index: number) => {
    const row = list.rows.value[Math.min(Math.max(index, 0), list.rows.value.length - 1)];
    if (row === undefined) return;
    setParams({ sel: String(row.number) });
    const place = list.rows.value.indexOf(row) * rowPx;
    const view = box.current!;
    if (place < view.scrollTop) view.scrollTop = place;
    else if (place + rowPx > view.scrollTop + view.clientHeight) view.scrollTop = place + rowPx - view.clientHeight;
    if (index >= list.rows.value.length - MARGIN) void list.loadMore();
  };
  const open = () => {
    const row = list.rows.value[at.value];
    if (row !== undefined) go(addressOf(["alerts", row.number]));
  };

  const marked = useSignal<ReadonlySet<string>>(new Set());
  const mark = () => {
    const row = list.rows.value[at.value];
    if (row === undefined) return;
    const next = new Set(marked.value);
    if (!next.delete(row.id)) next.add(row.id);
    marked.value = next;
  };
  // What is marked, or else the one that is chosen.
  const targets = marked.value.size > 0
    ? list.rows.value.filter(({ id }) => marked.value.has(id))
    : list.rows.value.slice(at.value, at.value < 0 ? 0 : at.value + 1);

  useEffect(() =>
    takeKeys([
      { key: "x", about: "mark it, to act on several", act: mark },
      { key: "j", about: "next alert", act: () => select(at.value + 1) },
      { key: "k", about: "previous alert", act: () => select(at.value - 1) },
      { key: "ArrowDown", about: "next alert", act: () => select(at.value + 1) },
      { key: "ArrowUp", about: "previous alert", act: () => select(at.value - 1) },
      { key: "g", about: "first alert", act: () => select(0) },
      { key: "G", about: "last alert that is loaded", act: () => select(list.rows.value.length - 1) },
      { key: "Enter", about: "open it", act: open },
      { key: "/", about: "look for a text", act: () => search.current?.focus() },
      { key: ".", about: "show the new ones", act: list.showWaiting },
      { key: "Escape", about: "leave the field", act: () => (document.activeElement as HTMLElement | null)?.blur() },
    ]), [rowPx]);

  useEffect(() => {
    const view = box.current!;
    const watch = new ResizeObserver(() => height.value = view.clientHeight);
    watch.observe(view);
    return () => watch.disconnect();
  }, []);
  // Back from an alert, the list is where it was left.
  useEffect(() => {
    if (list.rows.value.length > 0 && box.current!.scrollTop === 0 && top.value > 0) box.current!.scrollTop = top.value;
  }, [list.rows.value.length > 0]);

  const rows = list.rows.value;
  const first = Math.max(0, Math.floor(top.value / rowPx) - MARGIN);
  const last = Math.min(rows.length, Math.ceil((top.value + height.value) / rowPx) + MARGIN);
  const onScroll = () => {
    top.value = box.current!.scrollTop;
    history.replaceState({ ...history.state, top: top.value }, "");
    if (top.value + height.value > (rows.length - 40) * rowPx) void list.loadMore();
  };
  return (
    <section class="page triage">
      <h1>Alerts</h1>
      <Filters
        onSearch={(text) => {
          clearTimeout(typing.current);
          typing.current = setTimeout(() => setParams({ q: text.trim(), sel: undefined }), TYPING_MS);
        }}
        search={search}
      />
      <p class="found" role="status">
        {list.fault.value === undefined
          ? `${count(list.total.value)} match${list.asking.value ? " …" : ""}${
            rows.length >= ROWS_MAX ? `; the first ${count(ROWS_MAX)} are here, narrow the filter for others` : ""
          }`
          : ""}
      </p>
      {list.fault.value !== undefined && (
        <p class="fault" role="alert">
          {list.fault.value.message}{" "}
          <button type="button" onClick={() => void list.start(filter.value, order.value)}>Try again</button>
        </p>
      )}
      <Actions
        alerts={targets}
        onActed={(rows) => {
          list.take(rows);
          marked.value = new Set();
        }}
      />
      {list.waitingCount.value > 0 && (
        <button type="button" class="newer" onClick={list.showWaiting}>
          {list.waitingCount.value} new above, press . to show
        </button>
      )}
      <div class="head" aria-hidden="true">
        <span>Severity</span>
        <span>State</span>
        <span>About</span>
        <span>Why</span>
        <span class="num">Opened</span>
        <span class="num">Stands</span>
      </div>
      <div
        ref={box}
        class="window"
        role="listbox"
        aria-label="Alerts"
        tabIndex={0}
        aria-activedescendant={at.value >= first && at.value < last ? `alert-${selected.value}` : undefined}
        onScroll={onScroll}
      >
        <div class="all" style={{ height: `${rows.length * rowPx}px`, "--row": `${rowPx}px` }} role="presentation">
          {rows.slice(first, last).map((row, i) => (
            <TriageRow
              key={row.id}
              row={row}
              place={first + i}
              top={(first + i) * rowPx}
              size={list.total.value}
              selected={row.number === selected.value}
              marked={marked.value.has(row.id)}
              onSelect={() => select(first + i)}
              onOpen={() => go(addressOf(["alerts", row.number]))}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 && !list.asking.value && list.fault.value === undefined && <NoAlerts />}
    </section>
  );
}

function NoAlerts() {
  const narrowed = ["q", "severity", "asset", "sensor"].some((name) => params.value.has(name));
  return narrowed
    ? (
      <p class="calm">
        No alert matches. <a href="/alerts">Look at all that are open</a>
      </p>
    )
    : (
      <p class="calm">
        No alert is {STATES[params.value.get("state") ?? "open"]?.name ?? "here"}. New ones appear by themselves.
      </p>
    );
}

interface FilterProps {
  readonly onSearch: (text: string) => void;
  readonly search: { current: HTMLInputElement | null };
}

function Filters({ onSearch, search }: FilterProps) {
  const { value } = params;
  const state = value.get("state") ?? "open";
  const severities = (value.get("severity") ?? "").split(",").filter((one) => one !== "");
  const toggle = (severity: string) => {
    const next = severities.includes(severity)
      ? severities.filter((one) => one !== severity)
      : [...severities, severity];
    setParams({ severity: next.join(","), sel: undefined });
  };
  const subject = value.get("asset") ?? value.get("sensor");
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        ref={search}
        type="search"
        aria-label="Text in reason, sensor or asset"
        placeholder="/ text in reason, sensor or asset"
        maxLength={200}
        defaultValue={value.get("q") ?? ""}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
      <fieldset>
        <legend class="hidden">State</legend>
        {Object.entries(STATES).map(([word, { name }]) => (
          <button
            key={word}
            type="button"
            aria-pressed={state === word}
            onClick={() => setParams({ state: word === "open" ? undefined : word, sel: undefined })}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend class="hidden">Severity</legend>
        {SEVERITIES.map((severity) => (
          <button
            key={severity}
            type="button"
            aria-pressed={severities.includes(severity.toLowerCase())}
            onClick={() => toggle(severity.toLowerCase())}
          >
            {severity.toLowerCase()}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        aria-pressed={value.get("sort") === "newest"}
        onClick={() => setParams({ sort: value.get("sort") === "newest" ? undefined : "newest", sel: undefined })}
      >
        newest first
      </button>
      {subject !== null && (
        <button
          type="button"
          onClick={() => setParams({ asset: undefined, sensor: undefined, sel: undefined })}
        >
          only <bdi>{subject}</bdi> ✕
        </button>
      )}
    </form>
  );
}
