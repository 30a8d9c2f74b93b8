/** Alerts that come again and again, and alerts that are too many, as tables. */
import assert from "node:assert/strict";
import { chatterAt, type Span } from "../../../src/domain/alerting/chatter.ts";
import { floodStep } from "../../../src/domain/alerting/flood.ts";

const MIN = 60_000;

/** Alerts that open at these minutes and last for one; the newest first. */
function lastingOne(minutes: readonly number[]): Span<number>[] {
  return minutes.map((at, id) => ({ id, openedAt: at * MIN, endedAt: (at + 1) * MIN })).reverse();
}

/**
 * Before, the minute of the next one, and what it is: which time, or none; and the minutes of calm that end it then.
 */
const CHATTER: readonly [
  string,
  readonly number[],
  number,
  { first: number; times: number; calm: number } | undefined,
][] = [
  ["the first one is none", [], 0, undefined],
  ["the second is none yet", [0], 3, undefined],
  ["the third within the calm after each is", [0, 3], 7, { first: 0, times: 3, calm: 20 }],
  ["after ten minutes of calm it begins anew", [0, 3], 14, undefined],
  ["calm has to be longer with each time", [0, 3, 7], 20, { first: 0, times: 4, calm: 40 }],
  ["but an hour at most", [0, 3, 7, 15, 30, 60, 100], 150, { first: 0, times: 8, calm: 60 }],
  ["and after an hour it is over in any case", [0, 3, 7, 15, 30, 60, 100], 161, undefined],
  ["one that comes later than others that were calm is the first of its own", [0, 30, 33], 36, {
    first: 1,
    times: 3,
    calm: 20,
  }],
];

Deno.test("what chatters, and until when", async (t) => {
  for (const [name, before, at, expected] of CHATTER) {
    await t.step(name, () => {
      const chatter = chatterAt(lastingOne(before), at * MIN);
      const found = chatter && { first: chatter.firstId, times: chatter.times, calm: chatter.calmMs / MIN };
      assert.deepEqual(found, expected);
    });
  }
});

Deno.test("a flood begins above ten in ten minutes and ends below five", () => {
  const steps = [[false, 10], [false, 11], [true, 11], [true, 5], [true, 4], [false, 0]] as const;
  assert.deepEqual(steps.map(([floods, count]) => floodStep(floods, count)), [
    "none",
    "begins",
    "goes_on",
    "goes_on",
    "ends",
    "none",
  ]);
});
