import assert from "node:assert/strict";
import { deferred } from "../src/deferred.ts";
import { until } from "./fixtures/until.ts";
import { createTurns, TooManyWait } from "../src/turns.ts";

Deno.test("so many pieces of work are under way, the others in the order in which they came, whatever becomes of them", async () => {
  const turns = createTurns({ atOnce: 2, waitingMax: 10, waitMaxMs: 10_000 });
  const began: number[] = [];
  const ends = Array.from({ length: 5 }, () => deferred<void>());
  const works = ends.map(({ promise }, i) =>
    turns(async () => {
      began.push(i);
      await promise;
      return i;
    })
  );
  await until("the first two to begin", () => began.length === 2 || undefined);
  ends[1].reject(new Error("broke"));
  await assert.rejects(works[1], /broke/);
  await until("the third to begin", () => began.length === 3 || undefined);
  for (const { resolve } of ends) resolve();
  assert.deepEqual(await Promise.all([works[0], ...works.slice(2)]), [0, 2, 3, 4]);
  assert.deepEqual(began, [0, 1, 2, 3, 4]);
});

Deno.test("what waits too long, or as one too many, is refused, and takes no turn", async () => {
  const turns = createTurns({ atOnce: 1, waitingMax: 1, waitMaxMs: 20 });
  const end = deferred<void>();
  const first = turns(() => end.promise);
  const second = turns(() => Promise.resolve("second"));
  await assert.rejects(turns(() => Promise.resolve("third")), TooManyWait);
  await assert.rejects(second, TooManyWait);
  end.resolve();
  await first;
  assert.equal(await turns(() => Promise.resolve("fourth")), "fourth");
});
