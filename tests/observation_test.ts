import assert from "node:assert/strict";
import { createLog, type Observation } from "../src/observation.ts";

const FAILED: Observation = { kind: "batch.failed", batchId: 7, reason: "poison" };

function linesOf(format: "json" | "text", level: "debug" | "warn", observations: readonly Observation[]): string[] {
  const lines: string[] = [];
  const observe = createLog({ format, level, write: (line) => void lines.push(line), nowMs: () => 0 });
  for (const observation of observations) observe(observation);
  return lines;
}

Deno.test("a record is one line of JSON with the batch as correlation id", () => {
  const [line] = linesOf("json", "warn", [FAILED]);
  assert.deepEqual(JSON.parse(line), {
    at: "1970-01-01T00:00:00.000Z",
    level: "error",
    kind: "batch.failed",
    correlationId: "7",
    batchId: 7,
    reason: "poison",
  });
});

Deno.test("a cause is written with its own cause, and stays one line", () => {
  const cause = new Error("outer", { cause: new Error("inner\nline") });
  const [line] = linesOf("json", "warn", [{ kind: "fault", part: "store", cause }]);
  assert.equal(line.includes("\n"), false);
  assert.equal(JSON.parse(line).cause.cause.message, "inner\nline");
});

Deno.test("text is for people, and what is below the level is left out", () => {
  assert.deepEqual(linesOf("text", "warn", [FAILED, { kind: "progress", part: "store", detail: "opening" }]), [
    `1970-01-01T00:00:00.000Z error batch.failed batchId=7 reason="poison"`,
  ]);
});

Deno.test("a key that somebody sent in the place of something else is cut to its prefix", () => {
  const key = `mwk_abcdefgh_${"a".repeat(32)}`;
  const cause = new Error(`no column ${key}`);
  for (const format of ["json", "text"] as const) {
    const lines = linesOf(format, "warn", [{ ...FAILED, reason: `source ${key}` }, {
      kind: "fault",
      part: key,
      cause,
    }]);
    for (const line of lines) {
      assert.ok(!line.includes(key), line);
      assert.match(line, /mwk_abcdefgh_…/);
    }
  }
});
