/** Readings that were not accepted, by reason and as they were sent. */
import { addressOf, params, setParams } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, words } from "./format.ts";
import { Asking, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { QUARANTINE } from "./queries_intake.ts";
import { Rows } from "./rows.tsx";

const PAGE = 100;

export function QuarantineScreen() {
  const reason = params.value.get("reason")?.toUpperCase();
  const after = params.value.get("after") ?? undefined;
  const asked = useAsked(QUARANTINE, {
    ...reason === undefined ? {} : { reason },
    ...after === undefined ? {} : { after },
  });
  useFresh(asked);
  const { quarantineCounts = [], quarantine = [] } = asked.answer ?? {};
  return (
    <section class="page">
      <h1>Quarantine</h1>
      <Asking asked={asked} what="the quarantine" />
      {asked.answer !== undefined && quarantineCounts.length === 0 && (
        <p class="calm">Every reading that was sent has been accepted.</p>
      )}
      {quarantineCounts.length > 0 && (
        <Rows label="Reasons">
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" class="num">Readings</th>
              <th scope="col">What it means</th>
            </tr>
          </thead>
          <tbody>
            {quarantineCounts.map((one) => (
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
                <td>{one.about}</td>
              </tr>
            ))}
          </tbody>
        </Rows>
      )}
      {quarantine.length > 0 && (
        <>
          <h2>Readings{reason === undefined ? "" : `: ${words(reason)}`}</h2>
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
              </tr>
            </thead>
            <tbody>
              {quarantine.map((row) => (
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
                  <td>{row.detail}</td>
                  <td>
                    <code class="raw">{row.raw}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </Rows>

          {quarantine.length === PAGE && (
            <p>
              <a
                href={addressOf(["quarantine"], { reason: reason?.toLowerCase(), after: quarantine[PAGE - 1].cursor })}
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
