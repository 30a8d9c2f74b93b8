/** One batch: what became of its readings, and where it went. */
import { useSignal } from "@preact/signals";
import { addressOf } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, words } from "./format.ts";
import { ask, Fault } from "./gateway.ts";
import { Asking, Chip, subjectOf, Time } from "./parts.tsx";
import { BATCH, type BatchDetail, RETRY } from "./queries_intake.ts";
import { Stages } from "./stages.tsx";
import { why } from "./triage_row.tsx";
import { Rows } from "./rows.tsx";

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
