/** The service itself, in words: its parts, what waits, what is kept, and how many alarms people get. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useAsked } from "./asked.ts";
import { SourceTable } from "./batches.tsx";
import { count, duration, durationMs, words } from "./format.ts";
import { Asking, Hours, Time } from "./parts.tsx";
import { HOUR_MS, useFresh } from "./fresh.ts";
import { SYSTEM, type SystemAnswer } from "./queries_intake.ts";
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
          <h2>Alarms, last {DAYS} days</h2>
          <Alarms hours={answer.plant.alertHours} range={range} />
          <h2>Sources</h2>
          {answer.sources.length === 0
            ? <p class="calm">Nobody has sent a batch yet.</p>
            : <SourceTable sources={answer.sources} />}
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

/** ISA-18.2 and IEC 62682: alarms that one operator can take on. */
const A_DAY = 144;
const A_FLOOD_IN_AN_HOUR = 60;

function Alarms({ hours, range }: { hours: SystemAnswer["plant"]["alertHours"]; range: { from: string; to: string } }) {
  const opened = hours.reduce((sum, hour) => sum + hour.opened, 0);
  const floods = hours.filter(({ opened }) => opened > A_FLOOD_IN_AN_HOUR);
  const most = hours.reduce<(typeof hours)[number] | undefined>(
    (a, b) => a === undefined || b.opened > a.opened ? b : a,
    undefined,
  );
  const severe = hours.filter(({ worst }) => worst === "CRITICAL").length;
  const perDay = opened / DAYS;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Alerts opened by the hour">
        <Hours hours={hours} from={Date.parse(range.from)} to={Date.parse(range.to)} />
      </div>
      <dl class="facts">
        <dt>Opened</dt>
        <dd>
          {count(opened)}, {perDay.toFixed(1)} a day; an operator can take {A_DAY} (IEC 62682, ISA-18.2).{" "}
          {perDay > A_DAY && <strong>That is too many.</strong>}
        </dd>
        <dt>Floods</dt>
        <dd>
          {floods.length === 0
            ? `none: no hour with over ${A_FLOOD_IN_AN_HOUR}`
            : <strong>{floods.length} hours with over {A_FLOOD_IN_AN_HOUR}</strong>}
        </dd>
        <dt>Busiest hour</dt>
        <dd>
          {most === undefined ? "none" : (
            <>
              <Time at={most.hour} />: {most.opened}
            </>
          )}
        </dd>
        <dt>Hours with a critical one</dt>
        <dd>{severe}</dd>
      </dl>
    </>
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
