/** One line of triage, of a fixed height: an alert, an asset over its alerts, or what is not read yet. */
import { count, duration, number, plural, unit, words } from "./format.ts";
import { Chip, stateOf, subjectOf, Time } from "./parts.tsx";
import type { AlertRow } from "./queries_alerting.ts";
import type { AlertGroup } from "./queries_triage.ts";
import { serviceNowMs } from "./standing.ts";

interface LineProps {
  readonly place: number;
  readonly top: number;
  readonly size: number;
  readonly selected: boolean;
  readonly onSelect: () => void;
}

/** What all lines have: a place, and whether they are chosen. */
function lineOf({ place, top, size, selected, onSelect }: LineProps) {
  return {
    id: `line-${place}`,
    role: "option" as const,
    "aria-selected": selected,
    "aria-setsize": size,
    "aria-posinset": place + 1,
    style: { transform: `translateY(${top}px)` },
    onClick: onSelect,
  };
}

/** Holds the place of one that is being read. */
export function WaitingLine(props: LineProps) {
  return (
    <div {...lineOf(props)} class="row muted">
      <span>…</span>
    </div>
  );
}

export function AssetLine(
  { group, open, onPress, ...props }: LineProps & { group: AlertGroup; open: boolean; onPress: () => void },
) {
  const { asset, count: all, unacknowledged, worst, worstUnacknowledged } = group;
  return (
    <div {...lineOf(props)} class="row asset" onDblClick={onPress}>
      <span>
        <Chip
          severity={worstUnacknowledged ?? worst}
          state={worstUnacknowledged === null ? "ACKNOWLEDGED" : "UNACKNOWLEDGED"}
        />
      </span>
      <span class="cut opens" onClick={onPress}>
        <span aria-hidden="true">{open ? "▾" : "▸"}</span> <bdi>{asset?.name ?? "of no asset"}</bdi>
        <span class="hidden">, {open ? "open" : "closed"}</span>
      </span>
      <span class="num">
        {plural(all, "alert")}, {count(unacknowledged)} new
      </span>
    </div>
  );
}

export function MoreLine({ left, onPress, ...props }: LineProps & { left: number; onPress: () => void }) {
  return (
    <div {...lineOf(props)} class="row more" onDblClick={onPress}>
      <span />
      <span class="cut">
        <span class="opens" onClick={onPress}>{count(left)} more</span> <span class="muted">Enter reads them</span>
      </span>
    </div>
  );
}

export interface TriageRowProps extends LineProps {
  readonly row: AlertRow;
  readonly marked: boolean;
  readonly onOpen: () => void;
}

export function TriageRow({ row, marked, onOpen, ...props }: TriageRowProps) {
  const end = row.endedAt === null ? serviceNowMs() : Date.parse(row.endedAt);
  const lasted = duration(end - Date.parse(row.openedAt));
  return (
    <div {...lineOf(props)} id={`alert-${row.number}`} class="row" aria-checked={marked} onDblClick={onOpen}>
      <span>
        <Chip severity={row.severity} state={row.state} hidden={row.hidden} />
      </span>
      <span>{stateOf(row)}</span>
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

/** Unit of the values that an alert was judged by: of an asset it is the largest departure of a sensor, in spreads. */
export function unitOf({ sensor }: Pick<AlertRow, "sensor">): string {
  return sensor === null ? "spreads" : unit(sensor.unit);
}

/** "level shift: 61.2 -> 92 °C": the loudest detector and what it saw. */
export function why({ cause, kind, reason, sensor }: Pick<AlertRow, "cause" | "kind" | "reason" | "sensor">): string {
  // How long it has been silent says more than the number that it was judged by.
  if (cause === null || kind === "silence") return reason;
  const name = kind === "anomaly" ? words(cause.detector) : words(kind);
  const value = `${number(cause.value)} ${unitOf({ sensor })}`.trim();
  return cause.usual === null ? `${name}: ${value}` : `${name}: ${number(cause.usual)} → ${value}`;
}
