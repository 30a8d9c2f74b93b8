/** Hours of the week as clocks on the wall show them, across midnight and the changes of summer time. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  endOfWindows,
  formatMinutes,
  isTimeZone,
  isWithin,
  parseMinutes,
  type TimeWindow,
  type Weekday,
  WEEKDAYS,
} from "../../../src/domain/alerting/time_window.ts";

const ALL = Object.keys(WEEKDAYS) as Weekday[];
const BERLIN = "Europe/Berlin";
const NIGHT: TimeWindow = { days: ALL, from: 22 * 60, to: 6 * 60 };
const at = (text: string) => Date.parse(text);

Deno.test("a window across midnight belongs to the day on which it begins", () => {
  const friday: TimeWindow = { days: ["FRI"], from: 22 * 60, to: 6 * 60 };
  // 2026-11-27 is a Friday; Berlin is an hour ahead of UTC then.
  const cases: [string, boolean][] = [
    ["2026-11-27T04:00:00Z", false],
    ["2026-11-27T20:59:59Z", false],
    ["2026-11-27T21:00:00Z", true],
    ["2026-11-28T04:59:59Z", true],
    ["2026-11-28T05:00:00Z", false],
    ["2026-11-28T21:30:00Z", false],
  ];
  for (const [time, within] of cases) assert.equal(isWithin([friday], BERLIN, at(time)), within, time);
});

Deno.test("the end of a night is at six by the clock, also in nights that are longer or shorter by an hour", () => {
  const cases: [string, string][] = [
    ["2026-11-27T23:00:00Z", "2026-11-28T05:00:00Z"],
    // Forward: at one o'clock UTC two becomes three.
    ["2026-03-28T22:15:00Z", "2026-03-29T04:00:00Z"],
    // Back: at one o'clock UTC three becomes two.
    ["2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z"],
  ];
  for (const [from, end] of cases) assert.equal(endOfWindows([NIGHT], BERLIN, at(from)), at(end), from);
  assert.equal(endOfWindows([NIGHT], BERLIN, at("2026-11-27T12:00:00Z")), at("2026-11-27T12:00:00Z"));
});

Deno.test("windows that join end together, and those that never end have no end", () => {
  const weekend: TimeWindow = { days: ["SAT", "SUN"], from: 0, to: 1_440 };
  const late: TimeWindow = { days: ["FRI"], from: 18 * 60, to: 1_440 };
  const early: TimeWindow = { days: ["MON"], from: 0, to: 7 * 60 };
  const end = endOfWindows([late, weekend, early], "UTC", at("2026-11-27T19:00:00Z"));
  assert.equal(end, at("2026-11-30T07:00:00Z"));
  assert.equal(endOfWindows([{ days: ALL, from: 0, to: 1_440 }], "UTC", at("2026-11-27T19:00:00Z")), undefined);
});

Deno.test("whatever the windows, none holds at their end, and one holds in the minute before", () => {
  const minute = fc.integer({ min: 0, max: 1_439 });
  const window = fc.record({ days: fc.subarray(ALL, { minLength: 1, maxLength: 4 }), from: minute, to: minute });
  const zone = fc.constantFrom(BERLIN, "America/St_Johns", "Australia/Lord_Howe", "UTC");
  const time = fc.integer({ min: at("2026-01-01T00:00:00Z") / 60_000, max: at("2027-01-01T00:00:00Z") / 60_000 });
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), zone, time, (windows, zone, minutes) => {
      const from = minutes * 60_000;
      const end = endOfWindows(windows, zone, from);
      if (end === undefined) return;
      assert.equal(isWithin(windows, zone, end), false);
      assert.equal(end === from, !isWithin(windows, zone, from));
      if (end > from) assert.equal(isWithin(windows, zone, end - 60_000), true);
    }),
    { seed: 7, numRuns: 300 },
  );
});

Deno.test("times of day and zones are read, or refused", () => {
  assert.deepEqual(["00:00", "06:30", "24:00"].map(parseMinutes), [0, 390, 1_440]);
  assert.deepEqual(["6:30", "24:01", "12:60", "", "12:00:00"].map(parseMinutes), Array(5).fill(undefined));
  assert.equal(formatMinutes(390), "06:30");
  assert.ok(isTimeZone(BERLIN) && isTimeZone("UTC"));
  assert.deepEqual(["Berlin", "", "+02:00", "-0330"].map(isTimeZone), [false, false, false, false]);
});
