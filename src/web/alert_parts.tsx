/** Parts of an alert that its own page and triage show: what it says, its range, and what happened to it. */
import { addressOf } from "./address.ts";
import { duration, number, words } from "./format.ts";
import { STATE_WORDS, Time } from "./parts.tsx";
import type { Rarity } from "./queries_alerting.ts";
import type { AlertGlance } from "./queries_triage.ts";
import { Rows } from "./rows.tsx";
import { serviceNowMs } from "./standing.ts";
import type { Range } from "./trend.tsx";
import { why } from "./triage_row.tsx";

const HOUR_MS = 3_600_000;

export function Summary({ alert }: { alert: AlertGlance }) {
  const peak = alert.evidence.reduce((best, one) => one.score > best.score ? one : best, alert.evidence[0]);
  const end = alert.endedAt === null ? serviceNowMs() : Date.parse(alert.endedAt);
  return (
    <p class="summary">
      <strong>{why(alert)}</strong>.{" "}
      {STATE_WORDS[alert.state] === "new" ? "Stands, and nobody has seen it" : stateSentence(alert)}, since{" "}
      <Time at={alert.episodeStart} /> ({duration(end - Date.parse(alert.episodeStart))}).
      {alert.assignee !== null && ` ${alert.assignee} looks after it.`}
      {alert.shelf !== null && (
        <>
          Put aside by {alert.shelf.by} until <Time at={alert.shelf.until} />: <bdi>{alert.shelf.reason}</bdi>.
        </>
      )}
      {alert.rarity !== null && ` ${rarityWords(alert.rarity)}`}
      {peak !== undefined && ` Highest score ${number(alert.score)}, threshold ${number(peak.threshold)}.`}
    </p>
  );
}

/** How rare it is, and the tenant's line in words. */
function rarityWords({ value, inWords, line }: Rarity): string {
  const of = `${inWords[0].toUpperCase()}${inWords.slice(1)} (rarity ${number(value)}`;
  if (line === null) return `${of}).`;
  return line === 0 ? `${of}; everything is announced).` : `${of}; announced from ${number(line)} on that day).`;
}

function stateSentence({ state }: Pick<AlertGlance, "state">): string {
  switch (state) {
    case "ACKNOWLEDGED":
      return "Stands, and a person has seen it";
    case "RETURNED_UNACKNOWLEDGED":
      return "Is over, and nobody has seen it";
    case "NORMAL":
      return "Is over, and a person has seen it";
    default:
      return words(state);
  }
}

/** A standing one is shown up to now, but not for weeks: then its beginning says more. */
const STANDING_MAX_MS = 7 * 24 * HOUR_MS;

export function episodeRange(alert: Pick<AlertGlance, "episodeStart" | "endedAt">): Range {
  const start = Date.parse(alert.episodeStart);
  const now = Math.max(start + HOUR_MS, serviceNowMs());
  const end = alert.endedAt === null ? Math.min(now, start + STANDING_MAX_MS) : Date.parse(alert.endedAt);
  const before = Math.max((end - start) / 2, 6 * HOUR_MS);
  return { from: start - before, to: alert.endedAt === null ? end : Math.min(end + before / 4, Math.max(end, now)) };
}

/** What happened, in data time and when the service knew; the proofs say by which batch. */
export function Timeline({ alert }: { alert: Pick<AlertGlance, "evidence" | "history"> }) {
  const batches = new Map(alert.evidence.map(({ time, change, batch }) => [`${time} ${change}`, batch.number]));
  return (
    <>
      <h2>Timeline</h2>
      <Rows label="Timeline">
        <thead>
          <tr>
            <th scope="col">Data time</th>
            <th scope="col">Known at</th>
            <th scope="col">What</th>
            <th scope="col">By</th>
            <th scope="col">Batch</th>
          </tr>
        </thead>
        <tbody>
          {[...alert.history].reverse().map(({ change, time, knownAt, actor, note, detail }) => {
            const batch = batches.get(`${time} ${change}`);
            return (
              <tr key={`${knownAt} ${change}`}>
                <td>
                  <Time at={time} />
                </td>
                <td>
                  <Time at={knownAt} />
                </td>
                <td>
                  {words(change)}
                  {detail !== null && ` (${detail})`}
                  {note !== null && (
                    <>
                      : <bdi>{note}</bdi>
                    </>
                  )}
                </td>
                <td>
                  <bdi>{actor}</bdi>
                </td>
                <td>{batch === undefined ? "" : <a href={addressOf(["batches", batch])}>{batch}</a>}</td>
              </tr>
            );
          })}
        </tbody>
      </Rows>
    </>
  );
}
