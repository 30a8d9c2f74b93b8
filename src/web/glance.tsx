/** What is known of the alert that is chosen in triage, beside the list: enough to act on, without leaving it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { addressOf } from "./address.ts";
import { episodeRange, Summary, Timeline } from "./alert_parts.tsx";
import { useAsked } from "./asked.ts";
import { Contributions } from "./contributions.tsx";
import { duration, number, unit } from "./format.ts";
import { Asking, Chip, Spark, subjectOf, Time } from "./parts.tsx";
import type { AlertRow } from "./queries_alerting.ts";
import type { Trend } from "./queries_plant.ts";
import { GLANCE } from "./queries_triage.ts";
import type { Range } from "./trend.tsx";
import { unitOf } from "./triage_row.tsx";

/** Who goes through a list by keys asks only where he stops. */
const STOPS_MS = 150;

export function Glance({ row }: { row: AlertRow | undefined }) {
  const stopped = useStopped(row);
  return (
    <aside class="glance" aria-label="The chosen alert" tabIndex={0}>
      {row === undefined || stopped === undefined
        ? <p class="calm">Choose an alert to see what is known of it.</p>
        : <Chosen row={stopped} />}
    </aside>
  );
}

function useStopped<Value>(value: Value): Value {
  const [stopped, stop] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => stop(value), STOPS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return stopped;
}

function Chosen({ row }: { row: AlertRow }) {
  const range = useMemo(() => episodeRange(row), [row.number, row.endedAt]);
  const asked = useAsked(GLANCE, {
    number: row.number,
    sensors: row.sensor === null ? [] : [row.sensor.key],
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
  });
  const known = asked.answer?.alertByNumber;
  // What was answered last may be about the one before.
  const alert = known?.number === row.number ? known : undefined;
  useEffect(() => {
    if (alert !== undefined && alert.version < row.version) asked.again();
  }, [row.version]);
  const trend = alert === undefined ? undefined : asked.answer?.trends[0];
  return (
    <>
      <h2>
        <Chip severity={row.severity} state={row.state} hidden={row.hidden} />{" "}
        <a href={addressOf(["alerts", row.number])} dir="auto">{subjectOf(row)}</a>{" "}
        <span class="muted">alert {row.number}</span>
      </h2>
      {asked.fault !== undefined && <Asking asked={asked} what="the alert" />}
      {alert === undefined ? asked.fault === undefined && <p class="waiting" role="status">Reading the alert …</p> : (
        <>
          <Summary alert={{ ...alert, ...row }} />
          {trend !== undefined && <Course trend={trend} range={range} />}
          <Contributions evidence={alert.evidence} unit={unitOf(row)} />
          <Timeline alert={alert} />
        </>
      )}
    </>
  );
}

function Course({ trend, range }: { trend: Trend; range: Range }) {
  if (trend.times.length < 2) return <p class="calm">No readings are kept of that time.</p>;
  return (
    <figure class="course">
      <Spark {...trend} wide />
      <figcaption class="muted small">
        <Time at={trend.times[0]} /> to <Time at={trend.times[trend.times.length - 1]} />,{" "}
        {duration(range.to - range.from)}; {number(Math.min(...trend.min))} to {number(Math.max(...trend.max))}{" "}
        {unit(trend.sensor.unit)}
      </figcaption>
    </figure>
  );
}
