/** Lines of days, the correction of what was announced, and what cannot be a budget. */
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type AgeGroup,
  ageGroupOf,
  ageOf,
  budgetFault,
  corrected,
  countedOf,
  expectedAt,
  leastBudget,
  lineOf,
  populationsOf,
  sharesOf,
} from "../../../src/domain/alerting/budget.ts";
import {
  ageBandsOf,
  BUDGETED_KINDS,
  onceInDays,
  RARITY_FLOOR,
  rarityWords,
  rateAt,
} from "../../../src/domain/detection/rarity.ts";

const runs = { seed: 20_240_108, numRuns: 200 };
const group: fc.Arbitrary<AgeGroup> = fc.record({
  ageDays: fc.integer({ min: 0, max: 14 }),
  sensors: fc.integer({ min: 1, max: 5_000 }),
  readings: fc.integer({ min: 1, max: 2_000_000 }),
});
const population = fc.array(group, { minLength: 1, maxLength: 6 });
const budget = fc.double({ min: 0.01, max: 10_000, noNaN: true });
const correction = fc.double({ min: -3, max: 3, noNaN: true });

Deno.test("at its line a day is expected to have what the budget says, unless the floor or every episode is reached", () => {
  fc.assert(
    fc.property(population, budget, correction, (population, alertsPerDay, correction) => {
      const line = lineOf({ alertsPerDay, correction, population });
      const wanted = alertsPerDay * Math.exp(correction);
      assert.ok(line >= 0 && line <= RARITY_FLOOR);
      if (line === 0) assert.ok(expectedAt(0, population) <= wanted);
      else if (line === RARITY_FLOOR) assert.ok(expectedAt(line, population) >= wanted * (1 - 1e-9));
      else {
        // Where the curve is flat for a bit below its first point, the line is at the end of the flat.
        assert.ok(expectedAt(line, population) <= wanted * (1 + 1e-9));
        assert.ok(expectedAt(line * (1 - 1e-6) - 1e-9, population) >= wanted * (1 - 1e-3));
      }
    }),
    runs,
  );
});

Deno.test("a larger budget lowers the line, more sensors raise it", () => {
  fc.assert(
    fc.property(population, group, budget, correction, (population, more, alertsPerDay, correction) => {
      const line = lineOf({ alertsPerDay, correction, population });
      assert.ok(lineOf({ alertsPerDay: 2 * alertsPerDay, correction, population }) <= line);
      assert.ok(lineOf({ alertsPerDay, correction, population: [...population, more] }) >= line - 1e-12);
    }),
    runs,
  );
});

Deno.test("the shares of a budget add up to it, drift has a fifth at most, and nobody more than all its episodes", () => {
  fc.assert(
    fc.property(
      fc.array(group, { maxLength: 6 }),
      fc.array(group, { maxLength: 3 }),
      budget,
      (sensors, assets, total) => {
        const populations = populationsOf({ sensors, assets });
        const shares = sharesOf(total, populations);
        const sum = BUDGETED_KINDS.reduce((all, kind) => all + shares[kind], 0);
        assert.ok(Math.abs(sum - total) < 1e-9 * total && BUDGETED_KINDS.every((kind) => shares[kind] >= 0));
        assert.ok(shares.drift <= total / 5 * (1 + 1e-12));
        for (const kind of ["drift", "asset_anomaly"] as const) {
          assert.ok(shares[kind] <= expectedAt(0, populations[kind], kind));
        }
      },
    ),
    runs,
  );
  const old = (sensors: number): AgeGroup => ({ ageDays: 40, sensors, readings: 288 * sensors });
  const shares = sharesOf(1, populationsOf({ sensors: [old(900)], assets: [old(100)] }));
  assert.ok(Math.abs(shares.drift - 0.2) < 1e-12);
  assert.ok(Math.abs(shares.anomaly - 0.72) < 1e-12 && Math.abs(shares.asset_anomaly - 0.08) < 1e-12);
});

Deno.test("drift goes by days: a fast sensor is no older for it than a slow one", () => {
  const readings = 1_440 * 10;
  const fast = { ageDays: 5 * 12, sensors: 10, readings }, slow = { ageDays: 12, sensors: 10, readings: 2_880 };
  const { drift } = populationsOf({ sensors: [fast], assets: [] });
  assert.deepEqual(drift, populationsOf({ sensors: [slow], assets: [] }).drift);
  assert.deepEqual(populationsOf({ sensors: [{ ...slow, ageDays: 6 }], assets: [] }).drift, []);
  // What is stored of its age is enough to say so.
  const known = 40 * 1_440;
  assert.ok(ageOf(ageGroupOf({ day: 0, known, readings: 1_440 })) / 5 >= 30);
});

Deno.test("sensors that have fallen silent leave the sum, so that the others do not inherit their share", () => {
  const old = (sensors: number): AgeGroup => ({ ageDays: 14, sensors, readings: 288 * sensors });
  const all = lineOf({ alertsPerDay: 2, correction: 0, population: [old(200)] });
  const some = lineOf({ alertsPerDay: 2, correction: 0, population: [old(20)] });
  assert.ok(some < all / 4, `${some} and ${all}`);
});

Deno.test("young sensors raise the line, and it comes down as they grow", () => {
  const aged = (ageDays: number) =>
    lineOf({ alertsPerDay: 2, correction: 0, population: [{ ageDays, sensors: 200, readings: 200 * 288 }] });
  const lines = [0, 3, 6, 9, 14].map(aged);
  assert.deepEqual(lines, lines.toSorted((a, b) => b - a));
  assert.ok(lines[0] > 2 * lines[4]);
});

Deno.test("a day without anybody old enough opens the line to nothing, and teaches the correction nothing", () => {
  assert.equal(lineOf({ alertsPerDay: 1e4, correction: 3, population: [] }), RARITY_FLOOR);
  assert.equal(corrected({ share: 10, correction: 0.4, subjects: 0 }, 0), 0.4);
});

Deno.test("without a budget every episode is announced, and nothing is corrected", () => {
  assert.equal(lineOf({ alertsPerDay: undefined, correction: 1, population: [] }), 0);
  assert.equal(corrected({ share: undefined, correction: 0.4, subjects: 9 }, 99), 0.4);
});

Deno.test("the correction goes against the error, at most 0.4 a day, and never beyond 3", () => {
  const day = { share: 10, correction: 0, subjects: 5 };
  assert.equal(corrected(day, 10), 0);
  assert.ok(Math.abs(corrected(day, 15) - -0.1) < 1e-12);
  assert.ok(Math.abs(corrected(day, 0) - 0.2) < 1e-12);
  assert.ok(Math.abs(corrected(day, 5_000) - -0.4) < 1e-12);
  assert.equal(corrected({ ...day, correction: -2.9 }, 5_000), -3);
  assert.equal(corrected({ ...day, correction: 2.95 }, 0), 3);
  // Under one a day, a single alert is no error of many times the budget.
  assert.ok(corrected({ ...day, share: 0.1 }, 1) > -0.19);
});

Deno.test("a burst counts as one alert; large budgets count what chance brings together", () => {
  assert.equal(countedOf([500], 10), 1);
  assert.equal(countedOf([1, 1, 3], 10), 3);
  assert.equal(countedOf([2, 1], 20), 3);
  assert.equal(countedOf([500, 1], 20), 3);
  assert.equal(countedOf([500], 240), 21);
  assert.equal(countedOf([7], undefined), 1);
});

Deno.test("a budget under what the floor needs is refused with the sentence that says so", () => {
  assert.equal(budgetFault(1, 5_000), undefined);
  assert.equal(budgetFault(leastBudget(5_000), 5_000), undefined);
  assert.match(
    budgetFault(0.5, 5_000)!,
    /under what 5000 sensors need: alerts of rarity 20 .* 0\.75 a day here\. Set at least 1$/,
  );
  for (const nothing of [0, -1, NaN, Infinity, 1e9]) assert.match(budgetFault(nothing, 10)!, /has to be over 0/);
});

Deno.test("the curve falls with rarity and from age to age, also beyond its ends", () => {
  const rarities = [0, 0.005, ...Array.from({ length: 60 }, (_, k) => 0.01 * 1.13 ** k), 20, 100, 1e6];
  for (const kind of BUDGETED_KINDS) {
    for (const age of [...ageBandsOf(kind), 3.9, 100]) {
      const rates = rarities.map((rarity) => rateAt(rarity, age, kind));
      assert.ok(rates.every((rate) => rate > 0 && Number.isFinite(rate)));
      for (let k = 1; k < rates.length; k++) assert.ok(rates[k] <= rates[k - 1], `${kind} ${age}: ${rarities[k]}`);
    }
  }
  // Drift and assets learn over days: the youngest say least.
  for (const rarity of [0.5, 2, 8, 20]) {
    const rates = ageBandsOf("anomaly").map((age) => rateAt(rarity, age));
    assert.deepEqual(rates, rates.toSorted((a, b) => b - a));
  }
});

Deno.test("rarity in words says how seldom it comes, to two digits", () => {
  assert.equal(rarityWords({ onceInDays: 41.7 }), "as rare as once in 42 sensor-days here");
  assert.equal(rarityWords({ onceInDays: 3_141 }), "as rare as once in 3100 sensor-days here");
  assert.equal(rarityWords({ onceInDays: 1e9 }), "as rare as once in more than 10,000 sensor-days here");
  assert.equal(rarityWords({ onceInDays: 1.2 }), "as usual as once a sensor-day here, or more often");
  assert.equal(rarityWords({ onceInDays: 41.7, of: "asset" }), "as rare as once in 42 asset-days here");
  assert.equal(rarityWords({ onceInDays: 1.2, of: "asset" }), "as usual as once an asset-day here, or more often");
  assert.ok(onceInDays(20, 14) > 1_000);
});
