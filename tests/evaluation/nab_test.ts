/** The scorer on cases that can be reckoned by hand, and the live detectors on the sample series. */
import assert from "node:assert/strict";
import { compareFigures } from "../../src/evaluation/figures.ts";
import { NAB_PROFILES, type NabFile, probation, scoreNab } from "../../src/evaluation/nab.ts";
import { assertGolden } from "../golden/parts.ts";

const ROWS = 1_000;
const WINDOW = [500, 599] as const;
const [STANDARD, LOW_FP, LOW_FN] = NAB_PROFILES;
const sigmoid = (x: number) => 2 / (1 + Math.exp(5 * x)) - 1;

/** A file with one window whose rows in `detections` score 1. */
function file(...detections: number[]): NabFile {
  const scores = new Float64Array(ROWS);
  for (const row of detections) scores[row] = 1;
  return { name: "f", scores, windows: [WINDOW] };
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

Deno.test("the first row of a window is worth 100, nothing 0, and later rows less", () => {
  close(scoreNab([file(500)], STANDARD).score, 100);
  close(scoreNab([file()], STANDARD).score, 0);
  const late = sigmoid(-(599 - 590 + 1) / 100) / sigmoid(-1);
  close(scoreNab([file(590)], STANDARD).score, 100 * (late + 1) / 2);
});

Deno.test("more detections in a window add nothing; each false alarm costs, less right behind a window, double where few are wanted", () => {
  close(scoreNab([file(500, 510, 560)], STANDARD).score, 100);
  close(scoreNab([file(500, 300)], STANDARD).score, 100 - 100 * 0.11 / 2);
  close(scoreNab([file(500, 300)], LOW_FP).score, 100 - 100 * 0.22 / 2);
  close(scoreNab([file(500, 609)], STANDARD).score, 100 + 100 * 0.11 * sigmoid(10 / 99) / 2);
  close(scoreNab([file(500, 999)], STANDARD).score, 100 - 100 * 0.11 / 2);
});

Deno.test("a missed window costs double where none may be missed, and rows in probation do not count", () => {
  const missed: NabFile[] = [file(500), { ...file(), name: "g" }];
  close(scoreNab(missed, STANDARD).score, 50);
  close(scoreNab(missed, LOW_FN).score, 100 * (1 - 2 + 4) / 6);
  assert.deepEqual([probation(ROWS), probation(1e6)], [150, 750]);
  close(scoreNab([file(500, 10, 149)], STANDARD).score, 100);
});

Deno.test("one threshold serves all files, and the best one is found", () => {
  const noisy = file(500);
  const scores = Float64Array.from(noisy.scores, (score, i) => score || (i % 50 === 0 ? 0.4 : 0));
  const result = scoreNab([{ ...noisy, scores }], STANDARD);
  close(result.score, 100);
  assert.equal(result.threshold, 1);
  assert.ok(scoreNab([{ ...noisy, scores }], STANDARD, 0.4).score < 50);
});

Deno.test("the sample series scores what it scored: a change of a detector shows here", async () => {
  await assertGolden("detection");
});

Deno.test("figures that got worse are told from those that got better", () => {
  const figure = (name: string, value: number, better: "higher" | "lower") => ({ name, value, better, anchors: "" });
  const changes = compareFigures([
    figure("a", 2, "higher"),
    figure("b", 2, "lower"),
    figure("c", 1, "higher"),
    figure("d", 5, "higher"),
  ], { a: 1, b: 1, c: 1 });
  assert.deepEqual(changes.map(({ name, worse }) => [name, worse]), [["a", false], ["b", true]]);
});
