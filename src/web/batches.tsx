/** Level 4: what came in, how far each batch got, and what waits. */
import { Rows } from "./rows.tsx";
import { useSignal } from "@preact/signals";
import { addressOf, params, setParams } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, duration, words } from "./format.ts";
import { ask, Fault } from "./gateway.ts";
import { Asking, Chip, subjectOf, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { BATCH, type BatchDetail, BATCHES, type BatchRow, RETRY, type Source } from "./queries_intake.ts";
import { serviceNowMs } from "./standing.ts";
import { why } from "./triage_row.tsx";

const STATES = ["", "ACCEPTED", "ENRICHED", "PROCESSED", "FAILED"];

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
              <th scope="col" class="num">Alerts</th>
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
                <td class="num">{some(node.alertsOpened)}</td>
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

const STAGES = ["INGEST", "VALIDATE", "ENRICH", "DETECT"];

/** Four stages as one bar: how long each took, of the whole. */
function Stages({ batch }: { batch: BatchRow }) {
  const start = Date.parse(batch.receivedAt);
  const passed = new Map(batch.stages.map(({ stage, finishedAt }) => [stage, Date.parse(finishedAt)]));
  const done = batch.state === "PROCESSED" ? 4 : passed.size;
  const end = Math.max(start, ...passed.values());
  const text = STAGES.filter((stage) => passed.has(stage)).map((stage, i, all) => {
    const before = i === 0 ? start : passed.get(all[i - 1])!;
    return `${words(stage)} ${duration(passed.get(stage)! - before)}`;
  }).join(", ");
  const label = `${done} of 4 stages${passed.size > 0 ? ` in ${((end - start) / 1_000).toFixed(1)} s` : ""}`;
  return (
    <span title={text}>
      <svg width="60" height="8" role="img" aria-label={label}>
        {STAGES.map((_, i) => (
          <rect key={i} class={i < done ? "stage done" : "stage"} x={i * 15} width="14" height="8" />
        ))}
      </svg>{" "}
      <span class="small">{passed.size > 0 ? `${((end - start) / 1_000).toFixed(1)} s` : ""}</span>
      {batch.faults > 0 && <span class="small">, {batch.faults} faults</span>}
    </span>
  );
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

export function BatchScreen({ id }: { id: string }) {
  const asked = useAsked(BATCH, { number: /^\d{1,15}$/.test(id) ? Number(id) : 0 });
  const batch = asked.answer?.batchByNumber;
  if (batch === null) {
    return (
      <section class="page">
        <h1>There is no such batch</h1>
        <p>
          No batch has the number {id}. <a href="/batches">All batches</a>
        </p>
      </section>
    );
  }
  return (
    <section class="page">
      <h1>Batch {id}</h1>
      <Asking asked={asked} what="the batch" />
      {batch !== undefined && <Detail batch={batch} again={asked.again} />}
    </section>
  );
}

function Detail({ batch, again }: { batch: BatchDetail; again: () => void }) {
  return (
    <>
      <dl class="facts">
        <dt>Source</dt>
        <dd>
          <a href={addressOf(["batches"], { source: batch.source })} dir="auto">{batch.source}</a>
        </dd>
        <dt>Sender's name for it</dt>
        <dd>
          <bdi>{batch.idempotencyKey}</bdi>
        </dd>
        <dt>Received</dt>
        <dd>
          <Time at={batch.receivedAt} />
        </dd>
        <dt>State</dt>
        <dd>
          {words(batch.state)}
          {batch.finishedAt !== null && (
            <>
              , at <Time at={batch.finishedAt} />
            </>
          )} <Stages batch={batch} />
        </dd>
        <dt>Readings</dt>
        <dd>
          {count(batch.readings)}: {count(batch.stored)} stored ({count(batch.late)} of them late),{" "}
          {count(batch.corrected)} corrected, {count(batch.duplicates)} duplicates, {count(batch.quarantined)}{" "}
          in quarantine
        </dd>
        {batch.temporalUrl !== null && (
          <>
            <dt>Workflow</dt>
            <dd>
              <a href={batch.temporalUrl} target="_blank" rel="noreferrer">its run in Temporal</a>, with every attempt
            </dd>
          </>
        )}
      </dl>
      {batch.failure !== null && <Failure batch={batch} again={again} />}
      <h2>Alerts ({batch.alertsOpened})</h2>
      {batch.alerts.length === 0 ? <p class="calm">It opened none.</p> : (
        <Rows label="Alerts of the batch">
          <thead>
            <tr>
              <th scope="col">Severity</th>
              <th scope="col">About</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {batch.alerts.map((alert) => (
              <tr key={alert.id}>
                <td>
                  <Chip severity={alert.severity} state={alert.state} />
                </td>
                <td>
                  <a href={addressOf(["alerts", alert.number])} dir="auto">{subjectOf(alert)}</a>
                </td>
                <td>{why(alert)}</td>
              </tr>
            ))}
          </tbody>
        </Rows>
      )}
      {batch.quarantine.length > 0 && (
        <>
          <h2>Quarantine ({count(batch.quarantined)})</h2>
          <Rows label="Readings in quarantine">
            <thead>
              <tr>
                <th scope="col" class="num">Place</th>
                <th scope="col">Reason</th>
                <th scope="col">What is wrong</th>
                <th scope="col">As it was sent</th>
              </tr>
            </thead>
            <tbody>
              {batch.quarantine.map(({ index, reason, detail, raw }) => (
                <tr key={index}>
                  <td class="num">{index}</td>
                  <td>{words(reason)}</td>
                  <td>{detail}</td>
                  <td>
                    <code class="raw">{raw}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </Rows>
        </>
      )}
    </>
  );
}

function Failure({ batch, again }: { batch: BatchDetail; again: () => void }) {
  const said = useSignal("");
  const retry = async () => {
    try {
      const { retryBatches } = await ask(RETRY, { input: { batch: batch.id } });
      said.value = retryBatches.message ?? "It is taken up again.";
      again();
    } catch (error) {
      said.value = error instanceof Fault ? error.message : String(error);
    }
  };
  return (
    <div class="fault">
      <p>{batch.failure}</p>
      <button type="button" onClick={() => void retry()}>Take it up again</button>{" "}
      <span role="status">{said.value}</span>
    </div>
  );
}
