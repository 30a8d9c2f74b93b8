import assert from "node:assert/strict";
import { USUAL_MEMORY, usualBand } from "../../../src/domain/plant/usual_band.ts";

const NEVER = () => false;
const flat = (length: number, value = 20) => Array.from({ length }, () => ({ min: value - 1, max: value + 1 }));

Deno.test("too few stretches say nothing of what is usual", () => {
  const { low, high } = usualBand(flat(31), NEVER);
  assert.ok(low.subarray(0, 30).every(Number.isNaN) && high.subarray(0, 30).every(Number.isNaN));
  assert.deepEqual([low[30], high[30]], [19, 21]);
});

Deno.test("a single peak is nothing usual, and what comes before is not told from what comes after", () => {
  const stretches = [...flat(100), { min: 19, max: 90 }, ...flat(50)];
  const { high } = usualBand(stretches, NEVER);
  assert.deepEqual([high[100], high[101], high[150]], [21, 21, 21]);
});

Deno.test("episodes are compared and not learnt from", () => {
  const stretches = [...flat(100), ...flat(200, 50)];
  const learnt = usualBand(stretches, NEVER);
  const spared = usualBand(stretches, (i) => i >= 100);
  assert.equal(learnt.high[299], 51);
  assert.equal(spared.high[299], 21);
});

Deno.test("a new level is usual once it fills the memory", () => {
  const { low, high } = usualBand([...flat(400), ...flat(USUAL_MEMORY + 1, 50)], NEVER);
  assert.deepEqual([low[400], high[400]], [19, 21]);
  assert.deepEqual([low[400 + USUAL_MEMORY], high[400 + USUAL_MEMORY]], [49, 51]);
});
