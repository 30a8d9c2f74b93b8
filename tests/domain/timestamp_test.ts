import assert from "node:assert/strict";
import { parseTimestamp } from "../../src/domain/timestamp.ts";

Deno.test("a day has the hours 0 to 23: its end is the beginning of the next", () => {
  assert.equal(parseTimestamp("2026-01-01T24:00:00Z"), undefined);
  assert.equal(parseTimestamp("2026-01-01T23:59:59Z"), Date.UTC(2026, 0, 1, 23, 59, 59));
});
