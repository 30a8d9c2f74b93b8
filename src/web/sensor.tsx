/** A sensor: any range of its readings, its episodes, and what detection makes of it. */
import { useMemo } from "preact/hooks";
import { addressOf } from "./address.ts";
import { rangeInAddress, setRange } from "./alert.tsx";
import { useAsked } from "./asked.ts";
import { count, duration, durationMs, number, unit, words } from "./format.ts";
import { Asking, Chip, Path, STATE_WORDS, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { EPISODES } from "./queries_alerting.ts";
import { SENSOR, type SensorDetail } from "./queries_plant.ts";
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
      {sensor !== undefined && <Detail sensor={sensor} />}
    </section>
  );
}

function Detail({ sensor }: { sensor: SensorDetail }) {
  // What one looks at does not move when a reading comes.
  const first = useMemo((): Range => {
    const to = sensor.last === null ? serviceNowMs() : Date.parse(sensor.last.time) + 60_000;
    return { from: to - DAY_MS, to };
  }, [sensor.key]);
  const range = rangeInAddress(first);
  const asked = useAsked(EPISODES, {
    sensor: sensor.key,
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
  });
  useFresh(asked);
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
        all={{ from: first.to - 10 * 365 * DAY_MS, to: first.to }}
        spans={spans}
        marks={marks}
        onRange={setRange}
      />
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
                      <Chip severity={alert.severity} state={alert.state} />
                    </td>
                    <td>{STATE_WORDS[alert.state]}</td>
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
        <Facts sensor={sensor} />
      </div>
    </>
  );
}

function Facts({ sensor }: { sensor: SensorDetail }) {
  const { late, rangeMin, rangeMax } = sensor;
  return (
    <div>
      <h2>Detection</h2>
      <dl class="facts">
        <dt>State</dt>
        <dd>{stateWords(sensor)}</dd>
        <dt>Judged up to</dt>
        <dd>
          <Time at={sensor.watermark} ago />
        </dd>
        <dt>Quantity</dt>
        <dd>{words(sensor.quantity)}{sensor.unit !== null && `, in ${unit(sensor.unit)}`}</dd>
        <dt>Physical range</dt>
        <dd>
          {rangeMin === null && rangeMax === null
            ? "not said"
            : `${rangeMin ?? "-∞"} to ${rangeMax ?? "∞"} ${unit(sensor.unit)}`}
        </dd>
        <dt>Expected every</dt>
        <dd>{sensor.expectedIntervalMs === null ? "not said" : duration(sensor.expectedIntervalMs)}</dd>
        {sensor.reorderWindow !== null && (
          <>
            <dt>Reorder window</dt>
            <dd>{duration(durationMs(sensor.reorderWindow))}</dd>
          </>
        )}
        <dt>Late readings</dt>
        <dd>
          {late.count === 0 ? "none" : (
            <>
              {count(late.count)}, between <Time at={late.from} /> and <Time at={late.to} />: stored, not judged
            </>
          )}
        </dd>
        {!sensor.registered && (
          <>
            <dt>Described</dt>
            <dd>no: it is known from batches only (registerSensor describes it)</dd>
          </>
        )}
        {sensor.retiredAt !== null && (
          <>
            <dt>Out of use</dt>
            <dd>
              since <Time at={sensor.retiredAt} />
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}
