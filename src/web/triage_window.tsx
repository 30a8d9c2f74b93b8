/** The window over the lines of triage: what is in view is drawn, and a little above and below it. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addressOf, go } from "./address.ts";
import type { AlertLines } from "./alert_lines.ts";
import { AssetLine, MoreLine, TriageRow, WaitingLine } from "./triage_row.tsx";

/** Lines drawn above and below what is in view. */
const MARGIN = 8;
const KEPT_EVERY_MS = 150;

export interface TriageWindowProps {
  readonly lines: AlertLines;
  readonly rowPx: number;
  /** Place of the line that is chosen; -1: it is not held. */
  readonly at: number;
  readonly marked: ReadonlySet<string>;
  /** Moves when a place has been chosen by key, which has to come into view. */
  readonly shown: ReadonlySignal<number>;
  readonly onSelect: (index: number) => void;
  readonly onPress: (index: number) => void;
}

export function TriageWindow({ lines, rowPx, at, marked, shown, onSelect, onPress }: TriageWindowProps) {
  const top = useSignal(Number(history.state?.top ?? 0));
  const height = useSignal(600);
  const box = useRef<HTMLDivElement>(null);
  const keeping = useRef<ReturnType<typeof setTimeout>>();
  const size = lines.size.value;

  useEffect(() => {
    const view = box.current!;
    const watch = new ResizeObserver(() => height.value = view.clientHeight);
    watch.observe(view);
    return () => {
      watch.disconnect();
      clearTimeout(keeping.current);
    };
  }, []);
  // Back from an alert, the list is where it was left.
  useEffect(() => {
    if (size > 0 && box.current!.scrollTop === 0 && top.value > 0) box.current!.scrollTop = top.value;
  }, [size > 0]);
  useEffect(() =>
    shown.subscribe((index) => {
      const view = box.current;
      if (view === null || index < 0) return;
      const place = index * rowPx;
      if (place < view.scrollTop) view.scrollTop = place;
      else if (place + rowPx > view.scrollTop + view.clientHeight) view.scrollTop = place + rowPx - view.clientHeight;
    }), [rowPx]);

  const first = Math.max(0, Math.min(Math.floor(top.value / rowPx), size) - MARGIN);
  const last = Math.min(size, Math.ceil((top.value + height.value) / rowPx) + MARGIN);
  useEffect(() => lines.need(first, last), [lines, first, last, size]);
  const onScroll = () => {
    top.value = box.current!.scrollTop;
    // Browsers slow down pages that write their history with each frame.
    clearTimeout(keeping.current);
    keeping.current = setTimeout(
      () => history.replaceState({ ...history.state, top: box.current!.scrollTop }, ""),
      KEPT_EVERY_MS,
    );
  };
  const line = (index: number) => {
    const found = lines.lineAt(index);
    const common = {
      place: index,
      top: index * rowPx,
      size,
      selected: index === at,
      onSelect: () => onSelect(index),
    };
    if (found === undefined) return <WaitingLine key={index} {...common} />;
    if (found.kind === "asset") {
      return <AssetLine key={index} {...common} group={found.group} open={found.open} onPress={() => onPress(index)} />;
    }
    if (found.kind === "more") {
      return (
        <MoreLine
          key={index}
          {...common}
          left={found.left}
          onPress={() => onPress(index)}
        />
      );
    }
    const { row } = found;
    const onOpen = () => {
      history.replaceState({ ...history.state, top: box.current!.scrollTop }, "");
      go(addressOf(["alerts", row.number]));
    };
    return <TriageRow key={index} {...common} row={row} marked={marked.has(row.id)} onOpen={onOpen} />;
  };
  return (
    <div
      ref={box}
      class="window"
      role="listbox"
      aria-label="Alerts"
      tabIndex={0}
      aria-activedescendant={at >= first && at < last ? lineId(lines, at) : undefined}
      onScroll={onScroll}
    >
      <div class="all" style={{ height: `${size * rowPx}px`, "--row": `${rowPx}px` }} role="presentation">
        {Array.from({ length: Math.max(0, last - first) }, (_, i) => line(first + i))}
      </div>
    </div>
  );
}

function lineId(lines: AlertLines, index: number): string {
  const found = lines.lineAt(index);
  return found?.kind === "alert" ? `alert-${found.row.number}` : `line-${index}`;
}
