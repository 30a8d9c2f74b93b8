/** One row of triage: a fixed height, everything in one line. */
import { duration, number, unit, words } from "./format.ts";
import { Chip, STATE_WORDS, subjectOf, Time } from "./parts.tsx";
import type { AlertRow } from "./queries_alerting.ts";
import { serviceNowMs } from "./standing.ts";

export interface TriageRowProps {
  readonly row: AlertRow;
  readonly place: number;
  readonly top: number;
  readonly size: number;
  readonly selected: boolean;
  readonly marked: boolean;
  readonly onSelect: () => void;
  readonly onOpen: () => void;
}

export function TriageRow({ row, place, top, size, selected, marked, onSelect, onOpen }: TriageRowProps) {
  const end = row.endedAt === null ? serviceNowMs() : Date.parse(row.endedAt);
  const lasted = duration(end - Date.parse(row.openedAt));
  return (
    <div
      id={`alert-${row.number}`}
      class="row"
      role="option"
      aria-selected={selected}
      aria-checked={marked}
      aria-setsize={size}
      aria-posinset={place + 1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
      onDblClick={onOpen}
    >
      <span>
        <Chip severity={row.severity} state={row.state} hidden={row.hidden} />
      </span>
      <span>{row.shelf !== null ? "shelved" : row.hidden ? "held" : STATE_WORDS[row.state]}</span>
      <span class="cut" dir="auto">
        <span class="opens" onClick={onOpen}>{subjectOf(row)}</span>
      </span>
      <span class="cut" title={row.reason}>{why(row)}</span>
      <span class="num">
        <Time at={row.openedAt} />
      </span>
      <span class="num">{row.endedAt === null ? lasted : `(${lasted})`}</span>
    </div>
  );
}

/** "level shift: 61.2 -> 92 °C": the loudest detector and what it saw. */
export function why({ cause, kind, reason, sensor }: Pick<AlertRow, "cause" | "kind" | "reason" | "sensor">): string {
  if (cause === null) return reason;
  const name = kind === "anomaly" ? words(cause.detector) : words(kind);
  // Of an asset it is the largest departure of a sensor, in spreads.
  const value = `${number(cause.value)} ${sensor === null ? "spreads" : unit(sensor.unit)}`.trim();
  return cause.usual === null ? `${name}: ${value}` : `${name}: ${number(cause.usual)} → ${value}`;
}
