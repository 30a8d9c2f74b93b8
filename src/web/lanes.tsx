/** Lanes below a trend: what happened to a sensor besides its values, over the same time. */
import { addressOf } from "./address.ts";
import { count, plural } from "./format.ts";
import { AssetLink, Time } from "./parts.tsx";
import type { Lane, Lanes, ServiceWindow } from "./queries_sensor.ts";
import { Rows } from "./rows.tsx";
import { serviceNowMs } from "./standing.ts";
import type { Range } from "./trend.tsx";

/** What a lane shows; without an end it lasts. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

interface Shown {
  readonly name: string;
  readonly stretches: readonly Stretch[];
  /** What there is in the range, in words. */
  readonly says: string;
}

function stretchesOf({ from, to }: Lane): Stretch[] {
  return from.map((start, i) => ({ from: start, to: to[i] }));
}

function sum({ count }: Lane): number {
  return count.reduce((total, one) => total + one, 0);
}

function ofPeople(rows: readonly { from: string; to: string | null }[]): Stretch[] {
  return rows.map(({ from, to }) => ({ from: Date.parse(from), to: to === null ? serviceNowMs() : Date.parse(to) }));
}

/** A window ends when somebody ended it, else as planned. */
function endOf({ to, closedAt }: ServiceWindow): string | null {
  if (to === null || closedAt === null) return closedAt ?? to;
  return closedAt < to ? closedAt : to;
}

function shownOf({ late, corrected, uncertain, episodes, windows, shelved }: Lanes): Shown[] {
  const readings = (lane: Lane) => plural(sum(lane), "reading");
  const ofKind = (kind: string) =>
    windows.filter((one) => one.kind === kind).map((one) => ({ ...one, to: endOf(one) }));
  const [worked, out] = [ofKind("MAINTENANCE_WINDOW"), ofKind("OUT_OF_SERVICE")];
  return [
    { name: "episodes", stretches: stretchesOf(episodes), says: plural(sum(episodes), "episode") },
    { name: "late", stretches: stretchesOf(late), says: `${readings(late)}: stored, not judged` },
    { name: "corrected", stretches: stretchesOf(corrected), says: readings(corrected) },
    { name: "doubtful", stretches: stretchesOf(uncertain), says: `${readings(uncertain)} of uncertain quality` },
    { name: "maintenance", stretches: ofPeople(worked), says: plural(worked.length, "window") },
    { name: "out of use", stretches: ofPeople(out), says: plural(out.length, "time") },
    { name: "shelved", stretches: ofPeople(shelved), says: plural(shelved.length, "time") },
  ];
}

/** One path a lane, however many stretches it has. */
const WIDTH = 1_000;
const LEAST = 2;

function pathOf(stretches: readonly Stretch[], { from, to }: Range): string {
  const x = (ms: number) => Math.min(Math.max((ms - from) / (to - from), 0), 1) * WIDTH;
  return stretches.map((one) => {
    const [start, end] = [x(one.from), x(one.to)];
    const width = Math.max(end - start, LEAST);
    return `M${Math.min(start, WIDTH - width).toFixed(1)} 0h${width.toFixed(1)}v10h-${width.toFixed(1)}z`;
  }).join("");
}

/** What there is, each lane with the edges of the plot above. */
export function LanesView({ lanes, range }: { lanes: Lanes; range: Range }) {
  return (
    <>
      {shownOf(lanes).filter(({ stretches }) => stretches.length > 0).map(({ name, stretches, says }) => (
        <div key={name} class="lane-row" title={says}>
          <span class="small">{name}</span>
          <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${says}`}>
            <path d={pathOf(stretches, range)} />
          </svg>
        </div>
      ))}
    </>
  );
}

/** The same in words and as a table. */
export function LaneWords({ lanes }: { lanes: Lanes }) {
  const all = shownOf(lanes);
  const shown = all.filter(({ stretches }) => stretches.length > 0);
  const none = all.filter(({ stretches }) => stretches.length === 0).map(({ name }) => name);
  return (
    <>
      <p class="small">
        {shown.map(({ name, says }) => `${name}: ${says}`).join("; ")}
        {shown.length > 0 && none.length > 0 && ". "}
        {none.length > 0 && `Nothing in this range: ${none.join(", ")}.`}
      </p>
      {shown.some(({ name }) => name !== "episodes") && (
        <details>
          <summary>What the lanes show</summary>
          <LaneTable lanes={lanes} />
        </details>
      )}
    </>
  );
}

/** Rows of each sort at most. */
const ROWS_MAX = 50;

function LaneTable({ lanes: { late, corrected, uncertain, windows, shelved } }: { lanes: Lanes }) {
  const ofReadings: [string, Lane][] = [["late", late], ["corrected", corrected], ["doubtful", uncertain]];
  const left = ofReadings.reduce((more, [, { from }]) => more + Math.max(0, from.length - ROWS_MAX), 0);
  return (
    <>
      <Rows label="What the lanes show">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">About it</th>
          </tr>
        </thead>
        <tbody>
          {windows.slice(0, ROWS_MAX).map((one) => (
            <tr key={one.id}>
              <td>{one.kind === "OUT_OF_SERVICE" ? "out of use" : "maintenance"}</td>
              <td>
                <Time at={one.from} />
              </td>
              <td>{endOf(one) === null ? "lasts" : <Time at={endOf(one)} />}</td>
              <td>
                <bdi>{one.reason}</bdi> <span class="muted">({one.openedBy})</span>
                {one.asset !== null && (
                  <>
                    , of <AssetLink asset={one.asset} />
                  </>
                )}
              </td>
            </tr>
          ))}
          {shelved.slice(0, ROWS_MAX).map((one) => (
            <tr key={`${one.alert.number} ${one.from}`}>
              <td>shelved</td>
              <td>
                <Time at={one.from} />
              </td>
              <td>{one.to === null ? "lasts" : <Time at={one.to} />}</td>
              <td>
                <a href={addressOf(["alerts", one.alert.number])}>alert {one.alert.number}</a> <bdi>{one.reason}</bdi>
                {" "}
                <span class="muted">({one.by})</span>
              </td>
            </tr>
          ))}
          {ofReadings.flatMap(([name, lane]) =>
            lane.from.slice(0, ROWS_MAX).map((from, i) => (
              <tr key={`${name} ${from}`}>
                <td>{name}</td>
                <td>
                  <Time at={from} />
                </td>
                <td>
                  <Time at={lane.to[i]} />
                </td>
                <td>
                  {plural(lane.count[i], "reading")}
                  {lane.batch[i] !== null && (
                    <>
                      , batch <a href={addressOf(["batches", lane.batch[i]!])}>{lane.batch[i]}</a>
                    </>
                  )}
                </td>
              </tr>
            ))
          )}
        </tbody>
      </Rows>
      {left > 0 && <p class="small">{count(left)} more; zoom in to see them.</p>}
    </>
  );
}
