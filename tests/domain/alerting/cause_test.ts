import assert from "node:assert/strict";
import { causeOf } from "../../../src/domain/alerting/cause.ts";

const part = (detector: string, score: number, facts: Record<string, number> = {}) => ({ detector, score, facts });

Deno.test("the cause is the loudest detector; what is usual comes from the loudest that knows it", () => {
  const contributions = [
    part("zscore", 0.2, { mean: 50 }),
    part("value_novelty", 0.7, { max: 60 }),
    part("time_of_day_novelty", 0.4, { usual: 53 }),
  ];
  assert.deepEqual(causeOf({ value: 92, contributions }), { detector: "value_novelty", value: 92, usual: 53 });
});

Deno.test("without a detector there is no cause, and without its number nothing is usual", () => {
  assert.equal(causeOf({ value: 1, contributions: [] }), undefined);
  assert.deepEqual(causeOf({ value: 1, contributions: [part("flatline", 1, { run: 40, mean: NaN })] }), {
    detector: "flatline",
    value: 1,
    usual: undefined,
  });
});
