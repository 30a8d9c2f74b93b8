/** Other sensors of the asset over the same time: whether they moved too. */
import { addressOf } from "./address.ts";
import { episodeRange, rangeInAddress } from "./alert.tsx";
import { useAsked } from "./asked.ts";
import { number, unit } from "./format.ts";
import { Asking, Spark } from "./parts.tsx";
import type { AlertDetail } from "./queries_alerting.ts";
import { TRENDS } from "./queries_plant.ts";

const WIDTH = 140;

export function Siblings({ alert }: { alert: AlertDetail }) {
  const others = (alert.asset?.sensors ?? []).filter(({ key }) => key !== alert.sensor?.key).slice(0, 8);
  const range = rangeInAddress(episodeRange(alert));
  const asked = useAsked(
    TRENDS,
    others.length === 0 ? undefined : {
      sensors: others.map(({ key }) => key),
      from: new Date(range.from).toISOString(),
      to: new Date(range.to).toISOString(),
      width: WIDTH,
    },
  );
  if (others.length === 0) return null;
  return (
    <>
      <h2>Other sensors of {alert.asset!.name}</h2>
      <Asking asked={asked} what="other sensors" />
      <ul class="multiples">
        {asked.answer?.trends.map((trend) => (
          <li key={trend.sensor.key}>
            <a href={addressOf(["sensors", trend.sensor.key], addressRange(range))} dir="auto">{trend.sensor.name}</a>
            <Spark min={trend.min} max={trend.max} mean={trend.mean} />
            <span class="muted small">
              {trend.times.length === 0
                ? "no readings"
                : `${number(Math.min(...trend.min))} to ${number(Math.max(...trend.max))} ${unit(trend.sensor.unit)}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function addressRange({ from, to }: { from: number; to: number }) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
