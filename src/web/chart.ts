/**
 * Drawing trends with uPlot: what was measured, between what it lay, what was usual, episodes, gaps and marks. Colours
 * come from the style sheet, times are in the zone in sight.
 */
import uPlot from "uplot";
import { colour, drawGaps, drawLevel, drawMarks, drawSpans, type Mark, type Span } from "./chart_marks.ts";
import { clock, day } from "./format.ts";
import type { Scores, Trend } from "./queries_plant.ts";

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly zone: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  /** A part of the range was drawn over with the mouse. */
  readonly onRange: (from: number, to: number) => void;
}

const SYNC = "trend";
const RIGHT_PX = 16;

type Column = (number | null)[];

/** The columns as uPlot wants them: seconds, and a hole where readings are missing, so that no line leads over it. */
export function trendColumns(trend: Trend): [number[], ...Column[]] {
  const gapAt = trend.gaps.map(({ from, to }) => (Date.parse(from) + Date.parse(to)) / 2);
  const times: number[] = [];
  const columns: Column[] = [[], [], [], [], []];
  let gap = 0;
  for (let i = 0; i < trend.times.length; i++) {
    while (gap < gapAt.length && gapAt[gap] < trend.times[i]) {
      times.push(gapAt[gap++] / 1_000);
      for (const column of columns) column.push(null);
    }
    times.push(trend.times[i] / 1_000);
    const row = [trend.usualHigh[i], trend.usualLow[i], trend.max[i], trend.min[i], trend.mean[i]];
    for (const [c, column] of columns.entries()) column.push(row[c]);
  }
  return [times, ...columns];
}

export function drawTrend(host: HTMLElement, trend: Trend, options: ChartOptions): uPlot {
  const line = (name: string, width: number): uPlot.Series => ({
    stroke: () => colour(name),
    width,
    points: { show: false },
    spanGaps: false,
  });
  const chart = new uPlot(
    {
      ...sharedOptions(options),
      scales: {
        x: { time: true, range: () => [options.from / 1_000, options.to / 1_000] },
        y: { range: (_chart, min, max) => padded(min, max) },
      },
      series: [
        {},
        // What is drawn later lies above.
        line("plot-usual-edge", 0),
        line("plot-usual-edge", 0),
        line("plot-band-edge", 1),
        line("plot-band-edge", 1),
        { ...line("text", 1.25), points: { show: trend.times.length < 60, size: 4 } },
      ],
      bands: [
        { series: [1, 2], fill: () => colour("plot-usual") },
        { series: [3, 4], fill: () => colour("plot-band") },
      ],
      axes: [timeAxis(options.zone), {
        ...axis(),
        size: 62,
        label: options.unit,
        labelSize: 18,
        labelFont: "12px system-ui",
      }],
      hooks: {
        drawClear: [(chart) => drawSpans(chart, options.spans), (chart) => drawGaps(chart, trend.gaps)],
        draw: [(chart) => drawMarks(chart, options.marks)],
        setSelect: [(chart) => selected(chart, options.onRange)],
      },
    },
    trendColumns(trend) as uPlot.AlignedData,
    host,
  );
  return chart;
}

/** The lane below a trend: the highest score of each stretch, against the threshold. */
export function drawScores(host: HTMLElement, scores: Scores, options: ChartOptions): uPlot {
  return new uPlot(
    {
      ...sharedOptions(options),
      padding: [8, RIGHT_PX, 8, 0],
      scales: {
        x: { time: true, range: () => [options.from / 1_000, options.to / 1_000] },
        y: { range: () => [0, 1] },
      },
      series: [{}, {
        stroke: () => colour("text"),
        width: 1,
        fill: () => colour("plot-band"),
        points: { show: false },
      }],
      axes: [
        { ...axis(), show: false, size: 0 },
        {
          ...axis(),
          size: 62,
          splits: () => [0, scores.threshold, 1],
          label: "score",
          labelSize: 18,
          labelFont: "12px system-ui",
        },
      ],
      hooks: {
        drawClear: [(chart) => drawSpans(chart, options.spans)],
        draw: [(chart) => drawLevel(chart, scores.threshold)],
        setSelect: [(chart) => selected(chart, options.onRange)],
      },
    },
    [scores.times.map((time) => time / 1_000), [...scores.scores]] as uPlot.AlignedData,
    host,
  );
}

/** Episodes laid over each other from their start: hours since then, and the value. */
export function drawOverlay(host: HTMLElement, series: readonly Trend[], starts: readonly number[], options: {
  width: number;
  height: number;
  unit: string;
}): uPlot {
  const tables = series.map((trend, i): uPlot.AlignedData => [
    trend.times.map((time) => (time - starts[i]) / 3_600_000),
    [...trend.mean],
  ]);
  return new uPlot(
    {
      width: options.width,
      height: options.height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: (_chart, min, max) => padded(min, max) } },
      series: [
        {},
        ...series.map((_, i): uPlot.Series => ({
          stroke: () => colour(i === 0 ? "text" : "plot-other"),
          width: i === 0 ? 2 : 1,
          dash: i === 0 ? [] : [4, 3],
          spanGaps: true,
          points: { show: false },
        })),
      ],
      axes: [
        { ...axis(), values: (_chart, splits) => splits.map((hours) => `${hours} h`) },
        { ...axis(), size: 62, label: options.unit, labelSize: 18, labelFont: "12px system-ui" },
      ],
    },
    uPlot.join(tables),
    host,
  );
}

function sharedOptions({ width, height, zone }: ChartOptions) {
  return {
    width,
    height,
    legend: { show: false },
    tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    // The lanes of one picture have the same edges.
    padding: [10, RIGHT_PX, 0, 0] as uPlot.Padding,
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false } },
  };
}

function axis(): uPlot.Axis {
  return {
    stroke: () => colour("muted"),
    grid: { stroke: () => colour("plot-grid"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
}

const DAY_S = 86_400;

/** Clock times on 24 hours; the day where it begins, and below the first. */
function timeAxis(zone: string): uPlot.Axis {
  return {
    ...axis(),
    size: 42,
    values: (_chart, splits, _axis, _space, step) => {
      let shown = "";
      return splits.map((seconds, i) => {
        const date = day(seconds * 1_000, zone);
        if (step >= 28 * DAY_S) return date.slice(0, 7);
        const first = date !== shown;
        shown = date;
        if (step >= DAY_S) return date.slice(5);
        const time = clock(seconds * 1_000, zone, step < 60);
        // A day that ends at the next but one has no room for its name.
        const room = i > 0 || splits[2] === undefined || day(splits[2] * 1_000, zone) === date;
        return first && room ? `${time}\n${date}` : time;
      });
    },
  };
}

function padded(min: number, max: number): [number, number] {
  if (min === null || max === null || !Number.isFinite(min)) return [0, 1];
  const margin = (max - min) * 0.06 || Math.abs(max) * 0.05 || 1;
  return [min - margin, max + margin];
}

function selected(chart: uPlot, onRange: ChartOptions["onRange"]): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const at = (px: number) => chart.posToVal(px, "x") * 1_000;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onRange(at(left), at(left + width));
}
