/** A sensor over a range: picture, score lane, a sentence, and the numbers for who wants or needs those. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { useAsked } from "./asked.ts";
import type { Mark, Span } from "./chart_marks.ts";
import { count, day, duration, durationMs, moment, number, plural, unit as unitOf } from "./format.ts";
import { takeKeys } from "./keys.ts";
import { Asking } from "./parts.tsx";
import { preferences, zone } from "./preferences.ts";
import { PICTURE, type PictureAnswer, type Scores, type Trend } from "./queries_plant.ts";

/** The library that draws is loaded with the first picture. */
const drawing = () => import("./chart.ts");

/** Moves when the colours change, so that pictures are drawn again. */
const colours = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => colours.value++);

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface TrendViewProps {
  readonly sensor: string;
  readonly range: Range;
  /** All that there is to see, for the key 0. */
  readonly all: Range;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  readonly onRange: (range: Range) => void;
  /** Lanes of one's own, below that of the scores. */
  readonly lanes?: ComponentChildren;
  /** Other sensors to be asked for along with it, and what to make of the answer. */
  readonly others?: readonly string[];
  readonly onAnswer?: (answer: PictureAnswer) => void;
}

const HOUR_MS = 3_600_000;
const STEPS: readonly (readonly [name: string, about: string, ms: number])[] = [
  ["1 h", "an hour", HOUR_MS],
  ["1 d", "a day", 24 * HOUR_MS],
  ["1 w", "a week", 7 * 24 * HOUR_MS],
  ["30 d", "30 days", 30 * 24 * HOUR_MS],
  ["1 y", "a year", 365 * 24 * HOUR_MS],
];
const LEAST_MS = 10_000;
const RESIZE_MS = 100;

export function TrendView(props: TrendViewProps) {
  const { sensor, range, all, onRange } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const measure = () => width.value = Math.floor(frame.current!.clientWidth);
    const watch = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(measure, RESIZE_MS);
    });
    measure();
    watch.observe(frame.current!);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  }, []);

  // As many points as pixels; steps of a hundred, so that a little wider asks nothing anew.
  const points = Math.min(Math.max(Math.round(width.value / 100) * 100, 100), 4_000);
  const iso = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString(), width: points };
  const others = props.others ?? [];
  const asked = useAsked(PICTURE, width.value === 0 ? undefined : { sensor, ...iso, others });
  const trend = asked.answer?.trends[0];

  useEffect(() => {
    if (asked.answer !== undefined) props.onAnswer?.(asked.answer);
  }, [asked.answer]);

  const length = range.to - range.from;
  const move = (part: number) => onRange({ from: range.from + part * length, to: range.to + part * length });
  const zoom = (factor: number) => {
    const middle = (range.from + range.to) / 2;
    const half = Math.max(length * factor, LEAST_MS) / 2;
    onRange({ from: middle - half, to: middle + half });
  };
  const endWith = (ms: number) =>
    onRange({ from: Math.max(range.to, all.from + ms) - ms, to: Math.max(range.to, all.from + ms) });
  useEffect(() =>
    takeKeys([
      { key: "ArrowLeft", about: "earlier", act: () => move(-0.25) },
      { key: "ArrowRight", about: "later", act: () => move(0.25) },
      { key: "+", about: "closer", act: () => zoom(0.5) },
      { key: "-", about: "further away", act: () => zoom(2) },
      { key: "0", about: "all of it", act: () => onRange(all) },
    ]), [range.from, range.to, all.from, all.to]);

  return (
    <div class="trend" ref={frame}>
      <div class="tools">
        {STEPS.map(([name, about, ms]) => (
          <button
            key={name}
            type="button"
            title={about}
            aria-pressed={length === ms}
            onClick={() => endWith(ms)}
          >
            {name}
          </button>
        ))}
        <button type="button" onClick={() => onRange(all)}>all</button>
        <button type="button" aria-label="Earlier" onClick={() => move(-0.5)}>←</button>
        <button type="button" aria-label="Later" onClick={() => move(0.5)}>→</button>
        <span class="muted">{rangeWords(range)}</span>
        {asked.waiting && trend !== undefined && <span class="muted" role="status">reading …</span>}
      </div>
      <Asking asked={asked} what="readings" />
      {trend !== undefined && <Picture {...props} trend={trend} width={width.value} />}
      {trend !== undefined && trend.times.length > 0 && (
        <ScoreLane {...props} scores={asked.answer?.scores} width={width.value} />
      )}
      {trend !== undefined && props.lanes}
      {trend !== undefined && <Words trend={trend} spans={props.spans} />}
    </div>
  );
}

function rangeWords({ from, to }: Range): string {
  const [start, end] = [day(from, zone.value), day(to, zone.value)];
  const at = (ms: number) => moment(ms, zone.value, to);
  return `${start === end ? start : ""} ${start === end ? at(from) : `${start} ${at(from).slice(-5)}`} to ${
    start === end ? at(to) : `${end} ${at(to).slice(-5)}`
  }, ${duration(to - from)}, ${zone.value}`.trim();
}

function useChart(
  draw: (host: HTMLElement) => Promise<uPlot>,
  depends: readonly unknown[],
): { current: HTMLDivElement | null } {
  const host = useRef<HTMLDivElement>(null);
  const turn = colours.value +
    (preferences.value.theme === "dark" ? 0.5 : preferences.value.theme === "light" ? 0.25 : 0);
  useEffect(() => {
    let chart: uPlot | undefined;
    let gone = false;
    draw(host.current!).then((made) => gone ? made.destroy() : chart = made, () => {});
    return () => {
      gone = true;
      chart?.destroy();
    };
  }, [...depends, turn]);
  return host;
}

function Picture({ trend, width, range, spans, marks, onRange }: TrendViewProps & { trend: Trend; width: number }) {
  const options = {
    width,
    height: 260,
    zone: zone.value,
    unit: unitOf(trend.sensor.unit),
    ...range,
    spans,
    marks,
    onRange: (from: number, to: number) => onRange({ from, to: Math.max(to, from + LEAST_MS) }),
  };
  const host = useChart(
    async (host) => (await drawing()).drawTrend(host, trend, options),
    [trend, width, zone.value, range.from, range.to, JSON.stringify([spans, marks])],
  );
  return <div ref={host} class="plot" role="img" aria-label={sentence(trend)} />;
}

function ScoreLane(
  { scores, width, range, spans, onRange }: TrendViewProps & { scores: Scores | undefined; width: number },
) {
  const drawable = scores !== undefined && scores.complete;
  const host = useChart(
    async (host) => {
      const { drawScores } = await drawing();
      if (!drawable) throw new Error("nothing to draw");
      return drawScores(host, scores, {
        width,
        height: 86,
        zone: zone.value,
        unit: "",
        ...range,
        spans,
        marks: [],
        onRange: (from, to) => onRange({ from, to: Math.max(to, from + LEAST_MS) }),
      });
    },
    [scores, width, zone.value, range.from, range.to, JSON.stringify(spans)],
  );
  return (
    <>
      <div ref={host} class="plot lane" role="img" aria-label="Scores of the readings against the threshold" />
      {scores !== undefined && (
        <p class="muted small">
          {scores.complete
            ? `Score 0 to 1; from ${number(scores.threshold)} on (dotted) a reading is an anomaly. ${
              scores.exact ? "As judged" : "Judged again from the readings shortly before, close to what was said then"
            } by ${scores.judgedBy.map(({ name }) => name.split(" ")[0]).join(", then ")}.`
            : "Scores are shown for shorter ranges: zoom in."}
        </p>
      )}
    </>
  );
}

function sentence(trend: Trend): string {
  if (trend.times.length === 0) return "No readings in this range.";
  const { sensor, min, max, times, resolution } = trend;
  const unit = unitOf(sensor.unit);
  const lowest = min.reduce((a, b) => Math.min(a, b));
  const highest = max.reduce((a, b) => Math.max(a, b));
  const at = moment(times[max.indexOf(highest)], zone.value, times[times.length - 1]);
  const drawn = resolution === null
    ? `${count(times.length)} readings`
    : `${count(times.length)} stretches of ${duration(durationMs(resolution))} with their least, mean and greatest`;
  return `${sensor.name}: ${drawn}, from ${number(lowest)} to ${number(highest)} ${unit} (at ${at}).`;
}

function Words({ trend, spans }: { trend: Trend; spans: readonly Span[] }) {
  const open = useMemo(() => signal(false), []);
  const missing = trend.gaps.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
  return (
    <>
      <p class="small">
        {sentence(trend)}
        {trend.gaps.length > 0 && ` ${plural(trend.gaps.length, "gap")} (hatched), ${duration(missing)} in all.`}
        {spans.length > 0 && ` ${plural(spans.length, "episode")} (shaded).`}
        {trend.rolledUpBefore !== null &&
          ` Before ${day(Date.parse(trend.rolledUpBefore), zone.value)} minutes or hours stand for the readings.`}
        {trend.times.length > 0 &&
          " Grey band: least to greatest. Lighter band: between these nearly all readings before lay. "}
        <button type="button" aria-expanded={open.value} onClick={() => open.value = !open.value}>Show numbers</button>
      </p>
      {open.value && <Numbers trend={trend} />}
    </>
  );
}

/** Rows of the table at most: who needs all asks the API. */
const ROWS_MAX = 500;

function Numbers({ trend }: { trend: Trend }) {
  const rows = trend.times.slice(0, ROWS_MAX);
  return (
    <div class="scroll numbers" tabIndex={0} role="region" aria-label="Numbers">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            <th class="num" scope="col">Least</th>
            <th class="num" scope="col">Mean</th>
            <th class="num" scope="col">Greatest</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((time, i) => (
            <tr key={time}>
              <td>{new Date(time).toISOString()}</td>
              <td class="num">{number(trend.min[i])}</td>
              <td class="num">{number(trend.mean[i])}</td>
              <td class="num">{number(trend.max[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {trend.times.length > ROWS_MAX && <p>{count(trend.times.length - ROWS_MAX)} more; zoom in to see them.</p>}
    </div>
  );
}
