/** A sensor: any range of its readings, its episodes, and what detection makes of it. */
import { useMemo } from "preact/hooks";
import { addressOf } from "./address.ts";
import { rangeInAddress, setRange } from "./alert.tsx";
import { useAsked } from "./asked.ts";
import { DetectionFacts } from "./detection.tsx";
import { duration, number, unit } from "./format.ts";
import { LanesView, LaneWords } from "./lanes.tsx";
import { Asking, Chip, Path, stateOf, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { LANES, SENSOR, type SensorAnswer, type SensorDetail } from "./queries_sensor.ts";
import { stateWords } from "./sensor_table.tsx";
import { serviceNowMs } from "./standing.ts";
import { type Range, TrendView } from "./trend.tsx";
import { why } from "./triage_row.tsx";
import { Rows } from "./rows.tsx";

const DAY_MS = 86_400_000;

export function SensorScreen({ id }: { id: string }) {
  const asked = useAsked(SENSOR, { key: id });
  useFresh(asked);
  const sensor = asked.answer?.sensor;
  if (sensor === null) {
    return (
      <section class="page">
        <h1>There is no such sensor</h1>
        <p>
          No sensor has the key <bdi>{id}</bdi>. <a href="/">The plant</a>, or Ctrl K to find one by its name.
        </p>
      </section>
    );
  }
  return (
    <section class="page">
      {sensor !== undefined && <Path path={sensor.asset?.path ?? []} />}
      <h1 dir="auto">{sensor?.name ?? id}</h1>
      <Asking asked={asked} what="the sensor" />
      {sensor !== undefined && <Detail sensor={sensor} quarantine={asked.answer!.quarantineCounts} />}
    </section>
  );
}

function Detail({ sensor, quarantine }: { sensor: SensorDetail; quarantine: SensorAnswer["quarantineCounts"] }) {
  // What one looks at does not move when a reading comes.
  const first = useMemo((): Range => {
    const to = sensor.last === null ? serviceNowMs() : Date.parse(sensor.last.time) + 60_000;
    return { from: to - DAY_MS, to };
  }, [sensor.key]);
  const begin = sensor.readingsFrom === null ? first.from : Math.min(first.from, Date.parse(sensor.readingsFrom));
  const range = rangeInAddress(first);
  const asked = useAsked(LANES, {
    sensor: sensor.key,
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
  });
  useFresh(asked);
  const lanes = asked.answer?.lanes;
  const episodes = asked.answer?.episodes ?? [];
  const spans = episodes.map(({ episodeStart, endedAt }) => ({
    from: Date.parse(episodeStart),
    to: endedAt === null ? undefined : Date.parse(endedAt),
  }));
  const marks = episodes.map(({ openedAt, number }) => ({ at: Date.parse(openedAt), text: `▼ ${number}` })).reverse();
  return (
    <>
      <p class="summary">
        <span class="muted">key</span> <bdi>{sensor.key}</bdi> <span class="muted">· last</span>{" "}
        {sensor.last === null ? "nothing yet" : (
          <>
            {number(sensor.last.value)} {unit(sensor.unit)} at <Time at={sensor.last.time} />
          </>
        )} <span class="muted">·</span> {stateWords(sensor)}
      </p>
      <TrendView
        sensor={sensor.key}
        range={range}
        all={{ from: begin, to: first.to }}
        spans={spans}
        marks={marks}
        onRange={setRange}
        lanes={lanes === undefined ? null : <LanesView lanes={lanes} range={range} />}
      />
      {lanes !== undefined && <LaneWords lanes={lanes} />}
      <Asking asked={asked} what="episodes" />
      <div class="halves">
        <div>
          <h2>Episodes in this range ({episodes.length})</h2>
          {episodes.length === 0 ? <p class="calm">None.</p> : (
            <Rows label="Episodes">
              <thead>
                <tr>
                  <th scope="col">Severity</th>
                  <th scope="col">State</th>
                  <th scope="col">Alert</th>
                  <th scope="col">Began</th>
                  <th scope="col" class="num">Lasted</th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {episodes.map((alert) => (
                  <tr key={alert.id}>
                    <td>
                      <Chip severity={alert.severity} state={alert.state} hidden={alert.hidden} />
                    </td>
                    <td>{stateOf(alert)}</td>
                    <td>
                      <a href={addressOf(["alerts", alert.number])}>{alert.number}</a>
                    </td>
                    <td>
                      <Time at={alert.episodeStart} />
                    </td>
                    <td class="num">
                      {duration(
                        (alert.endedAt === null ? serviceNowMs() : Date.parse(alert.endedAt)) -
                          Date.parse(alert.episodeStart),
                      )}
                    </td>
                    <td>{why(alert)}</td>
                  </tr>
                ))}
              </tbody>
            </Rows>
          )}
          <p>
            <a href={addressOf(["alerts"], { sensor: sensor.key, state: "all" })}>All its alerts</a>
          </p>
        </div>
        <DetectionFacts sensor={sensor} quarantine={quarantine} />
      </div>
    </>
  );
}
