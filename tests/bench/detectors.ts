/** Detectors of single sensors one by one and together, and what a state costs to keep. */
import { assess } from "../../src/domain/detection/assess.ts";
import { encodeState, parseState, startState } from "../../src/domain/detection/sensor_state.ts";
import { detectorSet, makeSet } from "../../src/domain/detection/detector_set.ts";
import { scoreSeries } from "../../src/domain/detection/score_series.ts";
import type { Series } from "../../src/domain/plant/reading.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";
import { DEFAULT_SETTINGS, type DetectionSettings } from "../../src/domain/detection/settings.ts";

const READINGS = 400_000;
const SET = detectorSet("generic");
const RULES = { set: SET, criticality: "B" } as const;

/** What judged before, in today's fold: its seven detectors over windows of readings, as a measure for today's. */
const GENERIC_1: DetectionSettings = {
  ...DEFAULT_SETTINGS,
  version: "generic-1",
  caution: { ...DEFAULT_SETTINGS.caution, power: 0 },
  detectors: DEFAULT_SETTINGS.detectors.filter(({ name }) => name !== "exemplar" && name !== "steady_level"),
  watches: DEFAULT_SETTINGS.watches.filter(({ kind }) => kind !== "drift"),
};

export function run(): Promise<void> {
  const random = seededRandom(1);
  const ts = Float64Array.from({ length: READINGS }, (_, i) => Date.UTC(2024, 0, 1) + i * 60_000);
  const value = Float64Array.from(
    { length: READINGS },
    (_, i) => 20 + Math.sin(i / 200) + random() + (i % 5_000 === 4_999 ? 9 : 0),
  );
  const series = { ts, value, status: new Uint32Array(READINGS) };
  const settings = DEFAULT_SETTINGS;
  const rate = (work: () => void) => {
    work();
    const beganMs = performance.now();
    work();
    return READINGS / (performance.now() - beganMs) * 1_000;
  };
  const together = rate(() => scoreSeries(detectorSet("generic"), series));
  console.log("detector                readings/s   share of all together");
  for (const setting of settings.detectors) {
    const alone = makeSet({ ...settings, detectors: [setting] });
    const speed = rate(() => scoreSeries(alone, series));
    console.log(
      `${setting.name.padEnd(22)} ${Math.round(speed).toString().padStart(11)}   ${(together / speed).toFixed(2)}`,
    );
  }
  console.log(`${"all together".padEnd(22)} ${Math.round(together).toString().padStart(11)}`);
  console.log(
    `${"and episodes".padEnd(22)} ${
      Math.round(rate(() => assess(startState(SET), series, RULES))).toString().padStart(11)
    }`,
  );

  compare(series, rate);

  const state = startState(SET);
  assess(state, series, RULES);
  const text = encodeState(state);
  const times = 20_000;
  const beganMs = performance.now();
  for (let i = 0; i < times; i++) parseState(encodeState(state));
  const us = (performance.now() - beganMs) / times * 1_000;
  console.log(`\na sensor's state: ${text.length} bytes, ${us.toFixed(1)} us to write and read\n`);
  return Promise.resolve();
}

type Rate = (work: () => void) => number;

/** Both in turns, so that a busy machine is as busy for one as for the other; the best of five. */
function compare(series: Series, rate: Rate): void {
  const sets = [GENERIC_1, DEFAULT_SETTINGS].map(makeSet);
  const best = sets.map(() => 0);
  for (let i = 0; i < 5; i++) {
    for (const [s, set] of sets.entries()) {
      best[s] = Math.max(best[s], rate(() => assess(startState(set), series, { set, criticality: "B" })));
    }
  }
  const bytes = sets.map((set) => {
    const state = startState(set);
    assess(state, series, { set, criticality: "B" });
    return encodeState(state).length;
  });
  console.log(`\n${"with episodes".padEnd(22)} ${"readings/s".padStart(11)}   bytes of state`);
  for (const [s, { settings }] of sets.entries()) {
    console.log(
      `${settings.version.padEnd(22)} ${Math.round(best[s]).toString().padStart(11)}   ${
        bytes[s].toString().padStart(14)
      }`,
    );
  }
  console.log(`${"ratio".padEnd(22)} ${(best[1] / best[0]).toFixed(2).padStart(11)}`);
}
