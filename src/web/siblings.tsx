/** Other sensors of the asset over the same time: whether they moved too. */
import { addressOf } from "./address.ts";
import { number, unit } from "./format.ts";
import { Spark } from "./parts.tsx";
import type { Trend } from "./queries_plant.ts";
import type { Range } from "./trend.tsx";

export function Siblings({ asset, trends, range }: { asset: string; trends: readonly Trend[]; range: Range }) {
  if (trends.length === 0) return null;
  const values = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  return (
    <>
      <h2>
        Other sensors of <bdi>{asset}</bdi>
      </h2>
      <ul class="multiples">
        {trends.map((trend) => (
          <li key={trend.sensor.key}>
            <a href={addressOf(["sensors", trend.sensor.key], values)} dir="auto">{trend.sensor.name}</a>
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
