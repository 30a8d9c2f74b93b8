/** Names as people read them. */
import assert from "node:assert/strict";
import { words } from "../../src/web/format.ts";

Deno.test("names of enums, detectors and facts are words", () => {
  const told = ["LEVEL_SHIFT", "level_shift", "largestDeparture", "t_squared"].map(words);
  assert.deepEqual(told, ["level shift", "level shift", "largest departure", "t squared"]);
});
