/** Readings that were not accepted, by reason and as they were sent; once their cause is gone they are sent again. */
import { addressOf, params, setParams } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, words } from "./format.ts";
import { Asking, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { QUARANTINE, type QuarantineAnswer, type QuarantineRow } from "./queries_intake.ts";
import { isConflict, Replay } from "./replay.tsx";
import { Rows } from "./rows.tsx";

const PAGE = 100;

export function QuarantineScreen() {
  const reason = params.value.get("reason")?.toUpperCase();
  const sensor = params.value.get("sensor") || undefined;
  const after = params.value.get("after") ?? undefined;
  const replayed = params.value.get("sent") === "again";
  const asked = useAsked(QUARANTINE, {
    replayed,
    ...reason === undefined ? {} : { reason },
    ...sensor === undefined ? {} : { sensor },
    ...after === undefined ? {} : { after },
  });
  useFresh(asked);
  const { quarantineCounts = [], quarantine = [] } = asked.answer ?? {};
  return (
    <section class="page">
      <h1>Quarantine</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend class="hidden">Which readings</legend>
          {[false, true].map((again) => (
            <button
              key={String(again)}
              type="button"
              aria-pressed={replayed === again}
              onClick={() => setParams({ sent: again ? "again" : undefined, after: undefined })}
            >
              {again ? "sent again" : "in quarantine"}
            </button>
          ))}
        </fieldset>
        {sensor !== undefined && (
          <button
            type="button"
            onClick={() => setParams({ sensor: undefined, after: undefined })}
          >
            only <bdi>{sensor}</bdi> ✕
          </button>
        )}
      </form>
      <Asking asked={asked} what="the quarantine" />
      {asked.answer !== undefined && quarantineCounts.length === 0 && !replayed && (
        <p class="calm">
          {sensor === undefined
            ? "Every reading that was sent has been accepted."
            : "No reading of this sensor is in quarantine."}
        </p>
      )}
      {quarantineCounts.length > 0 && !replayed && (
        <Reasons counts={quarantineCounts} reason={reason} sensor={sensor} again={asked.again} />
      )}
      {asked.answer !== undefined && quarantine.length === 0 && (replayed || quarantineCounts.length > 0) && (
        <p class="calm">{replayed ? "None was sent again." : "No reading is here for this reason."}</p>
      )}
      {quarantine.length > 0 && (
        <>
          <h2>Readings{reason === undefined ? "" : `: ${words(reason)}`}</h2>
          <Readings rows={quarantine} replayed={replayed} />
          {quarantine.length === PAGE && (
            <p>
              <a
                href={addressOf(["quarantine"], {
                  reason: reason?.toLowerCase(),
                  sensor,
                  sent: replayed ? "again" : undefined,
                  after: quarantine[PAGE - 1].cursor,
                })}
              >
                Older ones
              </a>
            </p>
          )}
        </>
      )}
    </section>
  );
}

interface ReasonsProps {
  readonly counts: QuarantineAnswer["quarantineCounts"];
  readonly reason: string | undefined;
  readonly sensor: string | undefined;
  readonly again: () => void;
}

function Reasons({ counts, reason, sensor, again }: ReasonsProps) {
  return (
    <Rows label="Reasons">
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" class="num">Readings</th>
          <th scope="col">Once its cause is gone</th>
          <th scope="col">What it means</th>
        </tr>
      </thead>
      <tbody>
        {counts.map((one) => (
          <tr key={one.reason}>
            <th scope="row">
              <button
                type="button"
                aria-pressed={reason === one.reason}
                onClick={() =>
                  setParams({
                    reason: reason === one.reason ? undefined : one.reason.toLowerCase(),
                    after: undefined,
                  })}
              >
                {words(one.reason)}
              </button>
            </th>
            <td class="num">{count(one.count)}</td>
            <td>
              {one.reason !== "OTHER" && (
                <Replay
                  about={words(one.reason)}
                  input={{ reason: one.reason, ...sensor === undefined ? {} : { sensor } }}
                  correction={isConflict(one.reason)}
                  onDone={again}
                />
              )}
            </td>
            <td class="wide">{one.about}</td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}

function Readings({ rows, replayed }: { rows: readonly QuarantineRow[]; replayed: boolean }) {
  return (
    <Rows label="Readings in quarantine">
      <thead>
        <tr>
          <th scope="col" class="num">Batch</th>
          <th scope="col">Source</th>
          <th scope="col">Received</th>
          <th scope="col" class="num">Place</th>
          <th scope="col">Reason</th>
          <th scope="col">What is wrong</th>
          <th scope="col">As it was sent</th>
          {replayed && <th scope="col" class="num">Went to batch</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.cursor}>
            <td class="num">
              <a href={addressOf(["batches", row.batch.number])}>{row.batch.number}</a>
            </td>
            <td>
              <bdi>{row.batch.source}</bdi>
            </td>
            <td>
              <Time at={row.batch.receivedAt} />
            </td>
            <td class="num">{row.index}</td>
            <td>{words(row.reason)}</td>
            <td class="raw">{row.detail}</td>
            <td>
              <code class="raw">{row.raw}</code>
            </td>
            {replayed && (
              <td class="num">
                {row.replayedBy !== null && (
                  <a href={addressOf(["batches", row.replayedBy.number])}>{row.replayedBy.number}</a>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}
