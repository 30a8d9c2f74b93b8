/** One batch: what became of its readings, and where it went. */
import { useSignal } from "@preact/signals";
import { addressOf } from "./address.ts";
import { useAsked } from "./asked.ts";
import { count, duration, plural, words } from "./format.ts";
import { useFresh } from "./fresh.ts";
import { ask, Fault } from "./gateway.ts";
import { Asking, Chip, subjectOf, Time } from "./parts.tsx";
import { BATCH, type BatchDetail, GIVE_UP, RETRY } from "./queries_intake.ts";
import { Replay } from "./replay.tsx";
import { STAGES, Stages } from "./stages.tsx";
import { why } from "./triage_row.tsx";
import { Rows } from "./rows.tsx";

export function BatchScreen({ id }: { id: string }) {
  const asked = useAsked(BATCH, { number: /^\d{1,15}$/.test(id) ? Number(id) : 0 });
  useFresh(asked);
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
      <Facts batch={batch} />
      {batch.failure !== null && <Failure batch={batch} again={again} />}
      <StageTable batch={batch} />
      {batch.state !== "PROCESSED" && batch.state !== "FAILED" && <GiveUp batch={batch} again={again} />}
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
                  <Chip severity={alert.severity} state={alert.state} hidden={alert.hidden} />
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
      {batch.quarantine.length > 0 && <Quarantine batch={batch} again={again} />}
    </>
  );
}

function Facts({ batch }: { batch: BatchDetail }) {
  return (
    <dl class="facts">
      <dt>Source</dt>
      <dd>
        <a href={addressOf(["batches"], { source: batch.source })} dir="auto">{batch.source}</a>
      </dd>
      <dt>Sender's name for it</dt>
      <dd>
        <bdi>{batch.idempotencyKey}</bdi>
      </dd>
      {batch.replayedFrom.length > 0 && (
        <>
          <dt>Came from</dt>
          <dd>
            the quarantine of batch {batch.replayedFrom.map(({ number }, i) => (
              <span key={number}>
                {i > 0 && ", "}
                <a href={addressOf(["batches", number])}>{number}</a>
              </span>
            ))}
          </dd>
        </>
      )}
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
  );
}

/** When it passed each stage, and what it waits for. */
function StageTable({ batch }: { batch: BatchDetail }) {
  const passed = new Map(batch.stages.map(({ stage, finishedAt }) => [stage, finishedAt]));
  if (passed.size === 0 && batch.state === "PROCESSED") return null;
  const open = STAGES.find((stage) => !passed.has(stage));
  let before = batch.receivedAt;
  return (
    <Rows label="Stages">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Passed</th>
          <th scope="col" class="num">Took</th>
          <th scope="col" class="num">Attempts</th>
          <th scope="col">How it is</th>
        </tr>
      </thead>
      <tbody>
        {STAGES.map((stage) => {
          const at = passed.get(stage);
          const took = at === undefined ? "" : seconds(Date.parse(at) - Date.parse(before));
          before = at ?? before;
          const attempts = batch.attempts?.find((one) => one.stage === stage);
          return (
            <tr key={stage}>
              <th scope="row">{words(stage)}</th>
              <td>{at === undefined ? <span class="muted">-</span> : <Time at={at} />}</td>
              <td class="num">{took}</td>
              <td class="num">{attempts?.attempts ?? <span class="muted">-</span>}</td>
              <td>{at !== undefined ? "passed" : stage === open ? stageWords(batch, stage) : ""}</td>
            </tr>
          );
        })}
      </tbody>
    </Rows>
  );
}

/** Stages take tenths of a second, and hours when something is wrong. */
function seconds(ms: number): string {
  return ms < 90_000 ? `${(ms / 1_000).toFixed(2)} s` : duration(ms);
}

function stageWords({ state, faults, attempts }: BatchDetail, stage: string): string {
  const failed = faults === 0 ? "" : `, ${plural(faults, "attempt")} ended in a fault`;
  if (state === "FAILED") return `the batch failed before it${failed}`;
  const underWay = attempts?.some((one) => one.stage === stage && one.underWay) ?? false;
  const waits = stage === "DETECT" ? "waits for its turn in its source" : "waits for a worker";
  return `${underWay ? "is being tried" : waits}${failed}`;
}

function Quarantine({ batch, again }: { batch: BatchDetail; again: () => void }) {
  const open = batch.quarantine.filter(({ replayedBy }) => replayedBy === null).length;
  return (
    <>
      <h2>Quarantine ({count(batch.quarantined)})</h2>
      {open > 0 && batch.state === "PROCESSED" && (
        <p>
          Once their cause is gone:{" "}
          <Replay about={`batch ${batch.number}`} input={{ batch: batch.id }} correction={false} onDone={again} />
        </p>
      )}
      <Rows label="Readings in quarantine">
        <thead>
          <tr>
            <th scope="col" class="num">Place</th>
            <th scope="col">Reason</th>
            <th scope="col">What is wrong</th>
            <th scope="col">As it was sent</th>
            <th scope="col">Sent again</th>
          </tr>
        </thead>
        <tbody>
          {batch.quarantine.map(({ index, reason, detail, raw, replayedBy }) => (
            <tr key={index}>
              <td class="num">{index}</td>
              <td>{words(reason)}</td>
              <td class="raw">{detail}</td>
              <td>
                <code class="raw">{raw}</code>
              </td>
              <td>
                {replayedBy === null ? <span class="muted">-</span> : (
                  <>
                    with batch <a href={addressOf(["batches", replayedBy.number])}>{replayedBy.number}</a>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Rows>
    </>
  );
}

/** Does what `act` does, and says what became of it. */
function useDoing(again: () => void, done: string) {
  const said = useSignal("");
  const run = async (act: () => Promise<{ readonly message?: string }>) => {
    try {
      const { message } = await act();
      said.value = message ?? done;
      if (message === undefined) again();
    } catch (error) {
      said.value = error instanceof Fault ? error.message : String(error);
    }
  };
  return { said: said.value, run };
}

function Failure({ batch, again }: { batch: BatchDetail; again: () => void }) {
  const { said, run } = useDoing(again, "It is taken up again.");
  const retry = () => run(async () => (await ask(RETRY, { input: { batch: batch.id } })).retryBatches);
  return (
    <div class="fault">
      <p>{batch.failure}</p>
      <button type="button" onClick={() => void retry()}>Take it up again</button> <span role="status">{said}</span>
    </div>
  );
}

function GiveUp({ batch, again }: { batch: BatchDetail; again: () => void }) {
  const { said, run } = useDoing(again, "It has ended as failed.");
  const giveUp = (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason") ?? "");
    void run(async () => (await ask(GIVE_UP, { input: { batch: batch.id, reason } })).giveUpBatch);
  };
  return (
    <details>
      <summary>It stands in the way of its source</summary>
      <form class="filters" onSubmit={giveUp}>
        <label>
          <span>Why</span>
          <input type="text" name="reason" required maxLength={2_000} />
        </label>
        <button type="submit">Give it up</button>
        <span class="small">Its source goes on; it can be taken up again later.</span>
      </form>
      <p role="status">{said}</p>
    </details>
  );
}
