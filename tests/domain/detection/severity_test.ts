import fc from "fast-check";
import assert from "node:assert/strict";
import { afterRest, noisyOr, startRest } from "../../../src/domain/detection/ensemble.ts";
import { CRITICALITIES, type Criticality } from "../../../src/domain/plant/asset.ts";
import { isAbove, SEVERITIES, severityOf } from "../../../src/domain/detection/severity.ts";
import { spread, startMoments, updateMoments } from "../../../src/domain/detection/stats/welford.ts";

const SEED = 20_240_104;
const share = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("each severity has an input that reaches it", () => {
  const table = [
    [{ score: 0.3, anomalies: 1, criticality: "B" }, "LOW"],
    [{ score: 0.6, anomalies: 1, criticality: "B" }, "MEDIUM"],
    [{ score: 0.85, anomalies: 1, criticality: "B" }, "HIGH"],
    [{ score: 0.95, anomalies: 6, criticality: "B" }, "CRITICAL"],
    [{ score: 0.85, anomalies: 1, criticality: "A" }, "CRITICAL"],
    [{ score: 0.95, anomalies: 6, criticality: "C" }, "HIGH"],
  ] as const;
  for (const [urgency, severity] of table) assert.equal(severityOf(urgency), severity);
});

Deno.test("more score, more persistence or more criticality never lowers the severity", () => {
  fc.assert(
    fc.property(share, share, fc.nat(50), fc.nat(50), (a, b, n, more) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      for (const criticality of Object.keys(CRITICALITIES) as Criticality[]) {
        const less = severityOf({ score: low, anomalies: n, criticality });
        assert.ok(!isAbove(less, severityOf({ score: high, anomalies: n + more, criticality })));
      }
      assert.ok(
        !isAbove(
          severityOf({ score: a, anomalies: n, criticality: "C" }),
          severityOf({ score: a, anomalies: n, criticality: "A" }),
        ),
      );
    }),
    { seed: SEED },
  );
  assert.equal(SEVERITIES.length, 4);
});

Deno.test("the ensemble is at least its loudest part, at most 1, and deaf to those that cannot judge", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 8 }), (parts) => {
      const scores = parts.map(([score]) => score);
      const weights = parts.map(([, weight]) => weight);
      const joined = noisyOr(scores, weights);
      assert.ok(joined >= Math.max(...parts.map(([score, weight]) => score * weight)) - 1e-12 && joined <= 1);
      assert.equal(noisyOr([...scores, NaN], [...weights, 1]), joined);
    }),
    { seed: SEED },
  );
});

Deno.test("rest keeps quiet what does not surpass the last news", () => {
  const rest = startRest();
  const heard = [0.1, 0.5, 0.4, 0.5, 0.6, 0.2, 0.2, 0.2, 0.3].map((score) =>
    afterRest(rest, score, { floor: 0.3, readings: 3 })
  );
  assert.deepEqual(heard, [0.1, 0.5, 0, 0, 0.6, 0, 0, 0, 0.3]);
});

Deno.test("mean and variance are exact at an offset where a mean of squares is not", () => {
  const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.constantFrom(0, 1e3, 1e9), (noise, offset) => {
      const moments = startMoments();
      for (const x of noise) updateMoments(moments, offset + x, Infinity);
      const shifted = noise.map((x) => (offset + x) - offset);
      const mean = shifted.reduce((a, b) => a + b) / shifted.length;
      const variance = shifted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shifted.length;
      assert.ok(Math.abs(moments.mean - offset - mean) < 1e-6);
      assert.ok(Math.abs(moments.variance - variance) < 1e-6);
      assert.ok(spread(moments) >= 0);
    }),
    { seed: SEED },
  );
});
