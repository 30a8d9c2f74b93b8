/** Sensors with their last value on its usual range, and the last day as a line. */
import { useMemo } from "preact/hooks";
import { useAsked } from "./asked.ts";
import { duration, number, unit, words } from "./format.ts";
import { RangeBar, SensorLink, Spark, Time } from "./parts.tsx";
import { type SensorRow, type Trend, TRENDS } from "./queries_plant.ts";
import { serviceNowMs } from "./standing.ts";
import { Rows } from "./rows.tsx";

/** As many trends as the gateway draws at once; who has more sensors sees lines for the first of them. */
const TRENDS_MAX = 24;
const WIDTH = 96;
const DAY_MS = 86_400_000;

export function SensorTable({ sensors }: { sensors: readonly SensorRow[] }) {
  const drawn = sensors.filter(({ last }) => last !== null).slice(0, TRENDS_MAX).map(({ key }) => key);
  // A day that ends with the newest reading: data may be of long ago.
  const newest = Math.max(...sensors.map(({ last }) => last === null ? 0 : Date.parse(last.time)));
  const to = useMemo(() => Math.ceil(newest / 600_000) * 600_000, [newest]);
  const range = { from: new Date(to - DAY_MS).toISOString(), to: new Date(to).toISOString() };
  const asked = useAsked(TRENDS, drawn.length === 0 ? undefined : { sensors: drawn, ...range, width: WIDTH });
  const trends = new Map(asked.answer?.trends.map((trend) => [trend.sensor.key, trend]));
  return (
    <Rows label="Sensors" kind="sensors">
      <thead>
        <tr>
          <th scope="col">Sensor</th>
          <th scope="col" class="num">Last value</th>
          <th scope="col">On its usual range</th>
          <th scope="col">24 h</th>
          <th scope="col">State</th>
          <th scope="col" class="num">At</th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => <Row key={sensor.key} sensor={sensor} trend={trends.get(sensor.key)} />)}
      </tbody>
    </Rows>
  );
}

function Row({ sensor, trend }: { sensor: SensorRow; trend: Trend | undefined }) {
  const { last } = sensor;
  return (
    <tr>
      <th scope="row">
        <SensorLink sensor={sensor} /> <span class="muted key" dir="auto">{sensor.key}</span>
      </th>
      <td class="num">{last === null ? "-" : `${number(last.value)} ${unit(sensor.unit)}`}</td>
      <td>
        {last !== null && trend !== undefined && (
          <RangeBar value={last.value} low={trend.usualLow.at(-1) ?? null} high={trend.usualHigh.at(-1) ?? null} />
        )}
      </td>
      <td>{trend === undefined ? null : <Spark min={trend.min} max={trend.max} mean={trend.mean} />}</td>
      <td>{stateWords(sensor)}</td>
      <td class="num">
        <Time at={last?.time ?? null} />
      </td>
    </tr>
  );
}

export function stateWords({ state, judgesAfter, last }: SensorRow): string {
  if (state === "LEARNING") return `learning: ${judgesAfter} readings to go`;
  if (state === "SILENT" && last !== null) return `silent for ${duration(serviceNowMs() - Date.parse(last.time))}`;
  return words(state);
}
