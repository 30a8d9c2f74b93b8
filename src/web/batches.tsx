/** Level 4: what came in, how far each batch got, and what waits. */
import { addressOf, params, setParams } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, duration, words } from "./format.ts";
import { useFresh } from "./fresh.ts";
import { Asking, Time } from "./parts.tsx";
import { BATCHES, type Source } from "./queries_intake.ts";
import { Stages } from "./stages.tsx";
import { serviceNowMs } from "./standing.ts";
import { Rows } from "./rows.tsx";

const STATES = ["", "ACCEPTED", "INGESTED", "VALIDATED", "ENRICHED", "PROCESSED", "FAILED"];

export function BatchesScreen() {
  const { value } = params;
  const wanted = {
    ...value.get("source") ? { source: value.get("source")! } : {},
    ...value.get("state") ? { state: value.get("state")!.toUpperCase() } : {},
    ...value.get("after") ? { after: value.get("after")! } : {},
  };
  const asked = useAsked(BATCHES, wanted);
  useFresh(asked);
  const { sources = [], batches } = asked.answer ?? {};
  return (
    <section class="page">
      <h1>Batches</h1>
      <Asking asked={asked} what="batches" />
      <SourceTable sources={sources} />
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend class="hidden">State</legend>
          {STATES.map((state) => (
            <button
              key={state}
              type="button"
              aria-pressed={(value.get("state") ?? "").toUpperCase() === state}
              onClick={() => setParams({ state: state.toLowerCase(), after: undefined })}
            >
              {state === "" ? "all" : words(state)}
            </button>
          ))}
        </fieldset>
        {value.get("source") && (
          <button
            type="button"
            onClick={() => setParams({ source: undefined, after: undefined })}
          >
            only <bdi>{value.get("source")}</bdi> ✕
          </button>
        )}
      </form>
      {batches !== undefined && batches.edges.length === 0 && <p class="calm">No batch is here.</p>}
      {batches !== undefined && batches.edges.length > 0 && (
        <Rows label="Batches">
          <thead>
            <tr>
              <th scope="col" class="num">Batch</th>
              <th scope="col">Source</th>
              <th scope="col">Received</th>
              <th scope="col">Stages</th>
              <th scope="col">State</th>
              <th scope="col" class="num">Readings</th>
              <th scope="col" class="num">Stored</th>
              <th scope="col" class="num">Quarantined</th>
              <th scope="col" class="num">Late</th>
              <th scope="col" class="num">Duplicates</th>
              <th scope="col" class="num">Corrected</th>
              <th scope="col" class="num">Alerts</th>
              <th scope="col">Run</th>
            </tr>
          </thead>
          <tbody>
            {batches.edges.map(({ node }) => (
              <tr key={node.id}>
                <th scope="row" class="num">
                  <a href={addressOf(["batches", node.number])}>{node.number}</a>
                </th>
                <td>
                  <bdi>{node.source}</bdi>
                </td>
                <td>
                  <Time at={node.receivedAt} />
                </td>
                <td>
                  <Stages batch={node} />
                </td>
                <td>{node.state === "FAILED" ? <strong>failed</strong> : words(node.state)}</td>
                <td class="num">{count(node.readings)}</td>
                <td class="num">{some(node.stored)}</td>
                <td class="num">{some(node.quarantined)}</td>
                <td class="num">{some(node.late)}</td>
                <td class="num">{some(node.duplicates)}</td>
                <td class="num">{some(node.corrected)}</td>
                <td class="num">{some(node.alertsOpened)}</td>
                <td>
                  {node.temporalUrl !== null && (
                    <a
                      href={node.temporalUrl}
                      target="_blank"
                      rel="noreferrer"
                      aria-label={`Batch ${node.number} in Temporal`}
                    >
                      Temporal
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Rows>
      )}
      {batches?.pageInfo.hasNextPage && (
        <p>
          <a href={addressOf(["batches"], { ...wanted, after: batches.pageInfo.endCursor ?? undefined })}>Older ones</a>
        </p>
      )}
    </section>
  );
}

function some(value: number) {
  return value === 0 ? <span class="muted">-</span> : count(value);
}

export function SourceTable({ sources }: { sources: readonly Source[] }) {
  if (sources.length === 0) return null;
  return (
    <Rows label="Sources">
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col" class="num">Batches</th>
          <th scope="col">Last received</th>
          <th scope="col" class="num">Unfinished</th>
          <th scope="col">Oldest waits</th>
          <th scope="col" class="num">Failed</th>
        </tr>
      </thead>
      <tbody>
        {sources.map(({ key, batches, lastReceivedAt, unfinished, oldestUnfinishedAt, failed }) => (
          <tr key={key}>
            <th scope="row">
              <a href={addressOf(["batches"], { source: key })} dir="auto">{key}</a>
            </th>
            <td class="num">{count(batches)}</td>
            <td>
              <Time at={lastReceivedAt} ago />
            </td>
            <td class="num">{some(unfinished)}</td>
            <td>{oldestUnfinishedAt === null ? "" : duration(serviceNowMs() - Date.parse(oldestUnfinishedAt))}</td>
            <td class="num">
              {failed === 0 ? some(0) : <a href={addressOf(["batches"], { source: key, state: "failed" })}>{failed}</a>}
            </td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}
