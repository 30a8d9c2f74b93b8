/** The service itself, in words: its parts, what waits, what is kept, and how many alarms people get. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useAsked } from "./asked.ts";
import { AlarmPerformance } from "./alarm_performance.tsx";
import { SourceTable } from "./batches.tsx";
import { count, duration, durationMs, words } from "./format.ts";
import { Asking, Hours, Time } from "./parts.tsx";
import { HOUR_MS, useFresh } from "./fresh.ts";
import { SYSTEM, type SystemAnswer } from "./queries_system.ts";
import { PlantZone } from "./plant_zone.tsx";
import { serviceNowMs } from "./standing.ts";
import { Rows } from "./rows.tsx";

const DAYS = 7;

export function SystemScreen() {
  const range = useMemo(() => {
    const to = Math.ceil(serviceNowMs() / HOUR_MS) * HOUR_MS;
    return signal({ from: new Date(to - DAYS * 24 * HOUR_MS).toISOString(), to: new Date(to).toISOString() });
  }, []).value;
  const asked = useAsked(SYSTEM, range);
  useFresh(asked);
  const answer = asked.answer;
  return (
    <section class="page">
      <h1>System</h1>
      <Asking asked={asked} what="the state of the service" />
      {answer !== undefined && (
        <>
          <Parts system={answer.system} />
          {answer.system.processes.length > 0 && (
            <>
              <h2>Processes</h2>
              <Processes processes={answer.system.processes} />
            </>
          )}
          <h2>Alarms, last {DAYS} days</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="Alerts opened by the hour">
            <Hours hours={answer.plant.alertHours} from={Date.parse(range.from)} to={Date.parse(range.to)} />
          </div>
          <AlarmPerformance performance={answer.alarmPerformance} />
          <h2>Sources</h2>
          {answer.sources.length === 0
            ? <p class="calm">Nobody has sent a batch yet.</p>
            : <SourceTable sources={answer.sources} />}
          {answer.system.schedules?.length !== 0 && (
            <>
              <h2>From time to time</h2>
              <Schedules schedules={answer.system.schedules} />
            </>
          )}
          <h2>What is kept</h2>
          <Kept retention={answer.retention} />
          <PlantZone />
          <p>
            <a href="/graphql">The API, to try it out</a>
          </p>
        </>
      )}
    </section>
  );
}

function Parts({ system }: { system: SystemAnswer["system"] }) {
  const { parts, unfinishedBatches, oldestUnfinishedMs } = system;
  return (
    <Rows label="Parts">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">How it is</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ name, ok, finding }) => (
          <tr key={name}>
            <th scope="row">{words(name)}</th>
            <td>{ok ? "normal" : <strong>{finding}</strong>}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">queue</th>
          <td>
            {unfinishedBatches === null
              ? "unknown"
              : unfinishedBatches === 0
              ? "empty"
              : `${count(unfinishedBatches)} batches unfinished, the oldest for ${duration(oldestUnfinishedMs ?? 0)}`}
          </td>
        </tr>
      </tbody>
    </Rows>
  );
}

/** Gateways and workers: one that has gone without a word is told apart from one that has ended. */
function Processes({ processes }: { processes: SystemAnswer["system"]["processes"] }) {
  return (
    <Rows label="Processes">
      <thead>
        <tr>
          <th scope="col">Process</th>
          <th scope="col">Machine</th>
          <th scope="col">Since</th>
          <th scope="col">How it is</th>
        </tr>
      </thead>
      <tbody>
        {processes.map(({ key, kind, name, startedAt, seenAt, state }) => (
          <tr key={key}>
            <th scope="row">{words(kind)}</th>
            <td>{name}</td>
            <td>
              <Time at={startedAt} />
            </td>
            <td>
              {state === "RUNNING"
                ? "normal"
                : state === "LOST"
                ? <strong>has gone without a word: start it again</strong>
                : "has ended as it should"}
              {state !== "RUNNING" && (
                <>
                  , seen last <Time at={seenAt} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}

function Schedules({ schedules }: { schedules: SystemAnswer["system"]["schedules"] }) {
  if (schedules === null) {
    return (
      <p>
        <strong>Temporal does not answer: what is done from time to time waits.</strong>
      </p>
    );
  }
  return (
    <Rows label="What is done from time to time">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Last</th>
          <th scope="col">Next</th>
          <th scope="col">How it is</th>
        </tr>
      </thead>
      <tbody>
        {schedules.map(({ name, paused, lastAt, nextAt }) => (
          <tr key={name}>
            <th scope="row">{words(name)}</th>
            <td>{lastAt === null ? "not yet" : <Time at={lastAt} ago />}</td>
            <td>{nextAt === null ? "not planned" : <Time at={nextAt} />}</td>
            <td>{paused ? <strong>somebody has paused it</strong> : "normal"}</td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}

function Kept({ retention }: { retention: SystemAnswer["retention"] }) {
  return (
    <>
      <Rows label="What is kept">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">For how long</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {retention.policies.map(({ noun, keep, why, changedBy }) => (
            <tr key={noun}>
              <th scope="row">{words(noun)}</th>
              <td>{keep === null ? "for ever" : duration(durationMs(keep))}</td>
              <td>{why}{changedBy !== null && ` (${changedBy})`}</td>
            </tr>
          ))}
        </tbody>
      </Rows>
      {retention.temporalUrl !== null && (
        <p>
          <a href={retention.temporalUrl} target="_blank" rel="noreferrer">Its schedule in Temporal</a>
        </p>
      )}
    </>
  );
}
