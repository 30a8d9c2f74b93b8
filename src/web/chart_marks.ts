/** What is drawn on a trend besides its lines: episodes, gaps, marks, levels. */
import type uPlot from "uplot";
import type { Trend } from "./queries_plant.ts";

export interface Span {
  readonly from: number;
  /** Undefined: it lasts. */
  readonly to: number | undefined;
  /** Drawn stronger than the others. */
  readonly strong?: boolean;
}

export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** A colour of the style sheet: registered there, so that `light-dark()` is resolved. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function drawSpans(chart: uPlot, spans: readonly Span[]): void {
  const { ctx, bbox: { left, top, width, height } } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const { from, to, strong } of spans) {
    const x = chart.valToPos(from / 1_000, "x", true);
    const end = to === undefined ? left + width : chart.valToPos(to / 1_000, "x", true);
    ctx.fillStyle = colour(strong === true ? "plot-episode-strong" : "plot-episode");
    ctx.fillRect(x, top, Math.max(2, end - x), height);
  }
  ctx.restore();
}

export function drawGaps(chart: uPlot, gaps: Trend["gaps"]): void {
  const { ctx, bbox: { left, top, width, height } } = chart;
  ctx.save();
  ctx.strokeStyle = colour("plot-gap");
  ctx.lineWidth = 1;
  for (const { from, to } of gaps) {
    const x = Math.max(left, chart.valToPos(Date.parse(from) / 1_000, "x", true));
    const end = Math.min(left + width, chart.valToPos(Date.parse(to) / 1_000, "x", true));
    if (end - x < 3) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, top, end - x, height);
    ctx.clip();
    ctx.beginPath();
    for (let at = x - height; at < end; at += 9) {
      ctx.moveTo(at, top + height);
      ctx.lineTo(at + height, top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

export function drawMarks(chart: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox: { left, top, width, height } } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour("text");
  ctx.font = `${11 * scale}px system-ui`;
  ctx.textAlign = "left";
  ctx.setLineDash([3 * scale, 3 * scale]);
  let lastEnd = -Infinity;
  for (const { at, text } of marks) {
    const x = chart.valToPos(at / 1_000, "x", true);
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    const long = ctx.measureText(text).width;
    const start = Math.min(x + 3 * scale, left + width - long);
    // Words that would lie over each other are left out: the timeline has them.
    if (start < lastEnd) continue;
    ctx.fillText(text, start, top + 11 * scale);
    lastEnd = start + long + 4 * scale;
  }
  ctx.restore();
}

export function drawLevel(chart: uPlot, level: number): void {
  const { ctx, bbox: { left, width } } = chart;
  const y = chart.valToPos(level, "y", true);
  ctx.save();
  ctx.strokeStyle = colour("text");
  ctx.setLineDash([2, 4]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.restore();
}
