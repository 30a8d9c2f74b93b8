import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DAY_MS,
  dueOf,
  keepFault,
  policiesOf,
  RETENTION_DEFAULTS,
  RETENTION_NOUNS,
  type RetentionNoun,
  type RetentionSetting,
  WEEK_MS,
  weekOf,
  whyOf,
} from "../../../src/domain/history/retention.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const SEED = 20_261_124;

function set(noun: RetentionNoun, keepMs: number | undefined): RetentionSetting {
  return { noun, keepMs, changedBy: "anna", changedAt: Date.UTC(2026, 0, 1) };
}

function beforeOf(settings: readonly RetentionSetting[], noun: RetentionNoun): number | undefined {
  return dueOf(policiesOf(settings), NOW).find((due) => due.noun === noun)?.beforeMs;
}

Deno.test("nobody who sets nothing ever loses a reading, or what only a failed batch holds", () => {
  const nouns = dueOf(policiesOf([]), NOW).map(({ noun }) => noun);
  assert.deepEqual(nouns, [
    "payload",
    "ledger",
    "event",
    "quarantine",
    "notification",
    "candidate",
    "reprocessing",
    "minute",
  ]);
});

Deno.test("a default is due after its time, and says why", () => {
  const [payload] = dueOf(policiesOf([]), NOW);
  assert.equal(payload.beforeMs, NOW - 7 * DAY_MS);
  assert.match(payload.why, /^kept for 7 days by default: its readings are stored/);
});

Deno.test("what somebody has set counts instead of the default, for ever too, and says who", () => {
  assert.equal(beforeOf([set("ledger", 2 * DAY_MS)], "ledger"), NOW - 2 * DAY_MS);
  assert.equal(beforeOf([set("ledger", undefined)], "ledger"), undefined);
  const [policy] = policiesOf([set("payload", DAY_MS)]);
  assert.equal(whyOf(policy), "kept for 1 day since anna set it on 2026-01-01T00:00:00.000Z");
});

Deno.test("readings and minutes go in whole weeks, and never earlier than they may", () => {
  fc.assert(
    fc.property(fc.integer({ min: WEEK_MS, max: 4_000 * DAY_MS }), (keepMs) => {
      const before = beforeOf([set("reading", keepMs)], "reading")!;
      assert.equal(before, weekOf(before));
      assert.ok(before <= NOW - keepMs && before > NOW - keepMs - WEEK_MS);
    }),
    { seed: SEED },
  );
});

Deno.test("minutes never go before the readings that they stand for", () => {
  fc.assert(
    fc.property(fc.integer({ min: 7, max: 4_000 }), fc.integer({ min: 7, max: 4_000 }), (readingDays, minuteDays) => {
      const settings = [set("reading", readingDays * DAY_MS), set("minute", minuteDays * DAY_MS)];
      assert.ok(beforeOf(settings, "minute")! <= beforeOf(settings, "reading")!);
    }),
    { seed: SEED },
  );
});

Deno.test("less than the least time is refused in a sentence, and so is more than a century", () => {
  for (const noun of RETENTION_NOUNS) {
    const { leastMs, keepMs } = RETENTION_DEFAULTS[noun];
    assert.match(keepFault(noun, leastMs - 1)!, new RegExp(`the least for ${noun}`));
    assert.equal(keepFault(noun, leastMs), undefined);
    assert.equal(keepFault(noun, undefined), undefined);
    assert.equal(keepFault(noun, keepMs), undefined);
    assert.match(keepFault(noun, 40_000 * DAY_MS)!, /for ever/);
    assert.ok(keepFault(noun, NaN) !== undefined);
  }
});
