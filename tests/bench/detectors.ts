/** Detectors of single sensors one by one and together, and what a state costs to keep. */
import { assess } from "../../src/domain/detection/assess.ts";
import { encodeState, parseState, startState } from "../../src/domain/detection/sensor_state.ts";
import { detectorSet, makeSet } from "../../src/domain/detection/detector_set.ts";
import { scoreSeries } from "../../src/domain/detection/score_series.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/detection/settings.ts";

const READINGS = 400_000;
const SET = detectorSet("generic");
const RULES = { set: SET, criticality: "B" } as const;

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
