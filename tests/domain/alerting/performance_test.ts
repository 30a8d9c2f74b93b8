/** The measures of ISA-18.2 and EEMUA 191, over ranges that anybody can count by hand. */
import assert from "node:assert/strict";
import { performanceOf, SLOT_MS, weekBefore } from "../../../src/domain/alerting/performance.ts";

const T0 = Date.UTC(2024, 0, 1);
const NOTHING = { severities: [], suppressed: 0, chattering: 0, stale: 0 };

/** Per ten minutes, how many alerts; and what follows. */
const CASES: readonly [string, readonly number[], Partial<ReturnType<typeof performanceOf>>][] = [
  ["nothing happens: all of it is manageable", [0, 0, 0, 0], {
    alerts: 0,
    slots: 4,
    perSlot: 0,
    manageableShare: 1,
    floodShare: 0,
  }],
  ["empty ten minutes count", [4, 0, 0, 0], { alerts: 4, perSlot: 1, perSlotMax: 4, manageableShare: 0.75, floods: 0 }],
  ["ten are no flood, eleven are", [10, 11, 0, 0], { floods: 1, floodShare: 0.25, manageableShare: 0.5 }],
  ["a flood lasts until fewer than five come", [11, 6, 5, 4], { floods: 1, floodShare: 0.75 }],
  ["two floods", [11, 4, 12, 0], { floods: 2, floodShare: 0.5 }],
];

Deno.test("counts and shares of a range", async (t) => {
  for (const [name, counts, expected] of CASES) {
    await t.step(name, () => {
      const slots = counts.map((count, slot) => ({ slot, count })).filter(({ count }) => count > 0);
      const performance = performanceOf({ ...NOTHING, from: T0, to: T0 + counts.length * SLOT_MS, slots });
      const found = Object.fromEntries(
        Object.keys(expected).map((key) => [key, performance[key as keyof typeof performance]]),
      );
      assert.deepEqual(found, expected);
    });
  }
  await t.step("a part of ten minutes at the end counts as ten", () => {
    assert.equal(performanceOf({ ...NOTHING, from: T0, to: T0 + SLOT_MS + 1, slots: [] }).slots, 2);
  });
  await t.step("the mix of severities names those that there are none of", () => {
    const { severities } = performanceOf({
      ...NOTHING,
      from: T0,
      to: T0 + SLOT_MS,
      slots: [{ slot: 0, count: 4 }],
      severities: [{ severity: "LOW", count: 3 }, { severity: "CRITICAL", count: 1 }],
    });
    assert.deepEqual(severities.map(({ share }) => share), [0.75, 0, 0, 0.25]);
  });
});

Deno.test("the week before is whole, from Monday to Monday in UTC", () => {
  const week = { from: Date.UTC(2024, 0, 1), to: Date.UTC(2024, 0, 8) };
  for (const now of [Date.UTC(2024, 0, 8), Date.UTC(2024, 0, 8, 6), Date.UTC(2024, 0, 14, 23, 59)]) {
    assert.deepEqual(weekBefore(now), week);
  }
  assert.deepEqual(weekBefore(Date.UTC(2024, 0, 15)), { from: week.to, to: Date.UTC(2024, 0, 15) });
});
