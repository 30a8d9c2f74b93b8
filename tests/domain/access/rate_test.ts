import assert from "node:assert/strict";
import fc from "fast-check";
import { type PaidUpAtMs, takeAtRate } from "../../../src/domain/access/rate.ts";

Deno.test("a second's worth at once, then as it comes in, and it says when", () => {
  let paid: PaidUpAtMs | undefined;
  const take = (nowMs: number, amount = 1) => {
    const taken = takeAtRate(paid, { nowMs, perSecond: 10, amount });
    if ("paidUpAtMs" in taken) paid = taken.paidUpAtMs;
    return "paidUpAtMs" in taken ? "granted" : taken.retryAfterMs;
  };
  for (let i = 0; i < 10; i++) assert.equal(take(5_000), "granted");
  assert.equal(take(5_000), 1);
  assert.equal(take(5_001), "granted");
  assert.equal(take(5_002), 99);
  assert.equal(take(60_000, 25), "granted", "more than a second's worth is granted, and owed");
  assert.equal(take(60_000), 1_501);
  assert.equal(take(61_500), 1);
  assert.equal(take(61_501), "granted");
});

Deno.test("over any time no more is granted than the rate, a second's worth, and the last that was asked for", () => {
  const asked = fc.array(fc.record({ waitMs: fc.nat(500), amount: fc.integer({ min: 1, max: 50 }) }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 100 }), (asked, perSecond) => {
      let [paid, nowMs, granted]: [PaidUpAtMs | undefined, number, number] = [undefined, 1e12, 0];
      for (const { waitMs, amount } of asked) {
        nowMs += waitMs;
        const taken = takeAtRate(paid, { nowMs, perSecond, amount });
        if ("retryAfterMs" in taken) {
          const again = takeAtRate(paid, { nowMs: nowMs + taken.retryAfterMs, perSecond, amount });
          assert.ok("paidUpAtMs" in again, "who waits as told is granted it");
          continue;
        }
        assert.ok(granted <= (nowMs - 1e12) * perSecond / 1_000 + perSecond + 1e-3);
        [paid, granted] = [taken.paidUpAtMs, granted + amount];
      }
    }),
    { seed: 13 },
  );
});
