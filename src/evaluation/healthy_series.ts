/**
 * Generated healthy sensors: what the curve of rarity is made from, and what false alerts are counted on. A sensor is
 * one of the kinds of signals that plants have; its make is drawn first and its readings then, so that a longer series
 * begins like a shorter one. Equal seeds give equal sensors.
 */
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { seededRandom } from "../domain/detection/stats/random.ts";

const STEP_MS = 300_000;
const BEGIN_MS = Date.UTC(2021, 2, 1);

export interface GeneratedSeries {
  readonly ts: Float64Array;
  readonly value: Float64Array;
}

/** Draws of one sensor. */
export interface Draws {
  uniform(from?: number, to?: number): number;
  normal(): number;
  chance(p: number): boolean;
  of<T>(choices: readonly T[]): T;
}

/** The sensor `number` of the fleet `seed`. */
export function drawsOf(seed: number, number: number): Draws {
  const random = seededRandom(seed * 1_000_003 + number);
  let spare: number | undefined;
  return {
    uniform: (from = 0, to = 1) => from + (to - from) * random(),
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - random()));
      const angle = 2 * Math.PI * random();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    chance: (p) => random() < p,
    of: (choices) => choices[Math.floor(random() * choices.length)],
  };
}

/** A signal of one of the kinds, as plants have them: some run campaigns. */
export function healthySignal(draws: Draws): Signal {
  const signal = draws.of(KINDS)(draws);
  const campaign = draws.chance(0.3) ? campaigns(draws) : () => 0;
  return (i) => signal(i) + campaign(i);
}

/** Value of the signal, in its own scale, reading by reading; the scale of its ordinary movement is about 1. */
export type Signal = (i: number) => number;

/** The kinds, each with what it is in a plant. */
const KINDS: readonly ((draws: Draws) => Signal)[] = [
  regulated,
  ambient,
  loaded,
  scattered,
  switched,
  filled,
  wandering,
];

/** A series of `readings`; a sensor measures in steps of its resolution, and around a level of its own. */
export function healthySeries(
  { seed, number, readings }: { seed: number; number: number; readings: number },
): GeneratedSeries {
  const draws = drawsOf(seed, number);
  const signal = healthySignal(draws);
  const scale = 10 ** draws.uniform(-1, 2);
  const level = draws.chance(0.3) ? 0 : scale * draws.uniform(3, 60);
  const resolution = draws.chance(0.45) ? 0 : scale * draws.of([0.02, 0.1, 0.5]);
  const value = new Float64Array(readings);
  for (let i = 0; i < readings; i++) {
    const exact = level + scale * signal(i);
    value[i] = resolution === 0 ? exact : Math.round(exact / resolution) * resolution;
  }
  return { ts: timesOf(readings), value };
}

export function timesOf(readings: number): Float64Array {
  return Float64Array.from({ length: readings }, (_, i) => BEGIN_MS + i * STEP_MS);
}

/** Held at a set point, which operators change now and then among a few; small noise with some memory. */
function regulated(draws: Draws): Signal {
  const points = Array.from({ length: draws.of([1, 1, 2, 3]) }, () => draws.uniform(-4, 4));
  const stay = READINGS_PER_DAY * draws.uniform(0.3, 2.5);
  const noise = remembering(draws, draws.of([0, 0.5, 0.9]));
  const settle = draws.uniform(0.05, 1);
  let target = points[0], held = points[0];
  return () => {
    if (points.length > 1 && draws.chance(1 / stay)) target = draws.of(points);
    held += settle * (target - held);
    return held + 0.3 * noise();
  };
}

/** Follows the day, some less at weekends, with weather of some days on it: heat, pressure of a building. */
function ambient(draws: Draws): Signal {
  const day = draws.uniform(0.5, 4), phase = draws.uniform(0, 2 * Math.PI), sharp = draws.uniform(0, 0.6);
  const weekend = draws.chance(0.7) ? 1 : draws.uniform(0.3, 1);
  const weather = drift(draws, { days: draws.uniform(2, 15), size: draws.uniform(0, 1.8) });
  const noise = remembering(draws, draws.of([0, 0.6, 0.95]));
  const size = draws.uniform(0.1, 1);
  return (i) => {
    const t = i / READINGS_PER_DAY;
    const turn = 2 * Math.PI * t + phase;
    const cycle = Math.sin(turn) + sharp * Math.sin(2 * turn);
    return day * (isWeekend(t) ? weekend : 1) * cycle + weather() + size * noise();
  };
}

/** A machine that works in shifts: a load while it runs, with a spread of its own, little in between. */
function loaded(draws: Draws): Signal {
  const begins = draws.uniform(0, 0.6), lasts = draws.uniform(0.3, 0.65), sevenDays = draws.chance(0.6);
  const high = draws.uniform(1, 5), slack = draws.uniform(0.005, 0.03);
  const busy = remembering(draws, draws.of([0.3, 0.8])), idle = remembering(draws, 0);
  let shift = 0, run = false, until = 0;
  return (i) => {
    const t = i / READINGS_PER_DAY;
    if (t >= until) {
      until = Math.floor(t) + 1;
      shift = slack * draws.normal();
    }
    const part = t % 1;
    run = part > begins + shift && part < begins + lasts + shift && (sevenDays || !isWeekend(t));
    return run ? high + busy() : 0.15 * idle();
  };
}

/** Noise about a level and little else: vibration, flow, electrical noise. */
function scattered(draws: Draws): Signal {
  return remembering(draws, draws.of([0, 0, 0.5, 0.9]));
}

/** A pump or a compressor that is on and off for minutes to hours. */
function switched(draws: Draws): Signal {
  const [on, off] = [draws.uniform(4, 90), draws.uniform(4, 150)];
  const high = draws.uniform(1.5, 6), inertia = draws.uniform(0.15, 1);
  const noise = remembering(draws, draws.of([0, 0.7]));
  const size = draws.uniform(0.05, 0.6);
  let runs = false, left = 0, reached = 0;
  return () => {
    if (--left <= 0) {
      runs = !runs;
      left = 1 + (runs ? on : off) * (0.4 + 0.6 * draws.uniform(0, 2));
    }
    reached += inertia * ((runs ? high : 0) - reached);
    return reached + size * noise();
  };
}

/** A tank that is drawn from and filled again when it is nearly empty. */
function filled(draws: Draws): Signal {
  const takes = draws.uniform(0.005, 0.05), filling = takes * draws.uniform(2, 10);
  const low = draws.uniform(0.1, 0.3), high = draws.uniform(0.8, 0.95), slack = draws.uniform(0, 0.04);
  const size = draws.uniform(0.01, 0.1);
  let held = draws.uniform(low, high), fills = false, turn = fills ? high : low;
  return () => {
    held += fills ? filling * draws.uniform(0.8, 1.2) : -takes * draws.uniform(0, 2);
    if (fills ? held >= turn : held <= turn) {
      fills = !fills;
      turn = (fills ? high : low) + slack * draws.normal();
    }
    return 5 * held + size * draws.normal();
  };
}

/** Slow and without an anchor for days: levels of heat and fouling that come and go. */
function wandering(draws: Draws): Signal {
  const slow = drift(draws, { days: draws.uniform(2, 20), size: draws.uniform(0.5, 2) });
  const noise = remembering(draws, draws.of([0, 0.7, 0.97, 0.995]));
  const day = draws.chance(0.5) ? 0 : draws.uniform(0, 2), phase = draws.uniform(0, 2 * Math.PI);
  return (i) => slow() + noise() + day * Math.sin(2 * Math.PI * i / READINGS_PER_DAY + phase);
}

/** Noise of deviation about 1 with tails of some weight, that remembers `memory` of its last value. */
function remembering(draws: Draws, memory: number): () => number {
  const fresh = Math.sqrt(1 - memory * memory);
  const noise = draws.of(NOISES)(draws);
  let x = 0;
  return () => x = memory * x + fresh * noise();
}

/** Tails of every weight: of 1 % of such noise the mean size is 2.6 (normal) to 5 (one-sided). */
const NOISES: readonly ((draws: Draws) => () => number)[] = [
  (draws) => () => draws.normal(),
  (draws) => () => Math.log(draws.uniform(1e-9, 1)) * (draws.chance(0.5) ? 0.7 : -0.7),
  (draws) => {
    const tail = draws.uniform(0.3, 0.7);
    return () => (Math.exp(tail * draws.normal()) - 1) / tail;
  },
  (draws) => () => draws.normal() / Math.sqrt(gammaOfTwo(draws) / 2) / 1.4,
  (draws) => {
    let spread = 1;
    return () => {
      const drawn = Math.sqrt(spread) * draws.normal();
      spread = Math.min(8, 0.06 + 0.88 * spread + 0.06 * drawn * drawn);
      return drawn;
    };
  },
];

/** Products and recipes: levels that a machine is run at for hours to days, some of them seldom. */
function campaigns(draws: Draws): Signal {
  const levels = Array.from({ length: draws.of([2, 3, 4]) }, () => draws.uniform(-4, 4));
  const stay = READINGS_PER_DAY * draws.uniform(0.2, 3);
  const favourite = draws.uniform(0.3, 0.9);
  let level = levels[0];
  return () => {
    if (draws.chance(1 / stay)) level = draws.chance(favourite) ? levels[0] : draws.of(levels);
    return level;
  };
}

/** A slow movement of deviation `size` that forgets itself within about `days`. */
function drift(draws: Draws, { days, size }: { days: number; size: number }): () => number {
  const pull = 1 / (READINGS_PER_DAY * days);
  let x = 0;
  return () => x += -pull * x + size * Math.sqrt(2 * pull) * draws.normal();
}

function gammaOfTwo(draws: Draws): number {
  return -Math.log(draws.uniform(1e-12, 1)) - Math.log(draws.uniform(1e-12, 1));
}

function isWeekend(day: number): boolean {
  return Math.floor(day) % 7 >= 5;
}
