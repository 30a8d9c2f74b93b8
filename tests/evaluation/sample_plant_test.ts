import assert from "node:assert/strict";
import { SAMPLE_FAULTS, samplePlant, type SampleReading } from "../../src/evaluation/sample_plant.ts";

const TO = Date.UTC(2026, 0, 10);
const OPTIONS = { seed: 1, from: TO - 3 * 86_400_000, to: TO, intervalMs: 60_000 };

function readings(options = OPTIONS): SampleReading[] {
  const plant = samplePlant(options);
  return Array.from({ length: (options.to - options.from) / options.intervalMs + 1 }, () => plant.next()).flat();
}

Deno.test("the same seed makes the same plant, another one another", () => {
  const values = (seed: number) => readings({ ...OPTIONS, seed }).map(({ value }) => value);
  assert.deepEqual(values(1), values(1));
  assert.notDeepEqual(values(1), values(2));
});

Deno.test("every sensor is within its physical range, but for the readings that are bad on purpose", () => {
  const strange = readings().filter(({ sensor, value }) =>
    typeof value !== "number" || value < sensor.rangeMin || value > sensor.rangeMax
  );
  assert.ok(strange.length > 0);
  assert.deepEqual([...new Set(strange.map(({ sensor }) => sensor.key))], ["conveyor-2.gearbox"]);
});

Deno.test("each fault is where it is said to be", () => {
  const all = readings();
  const of = (key: string, fromHours: number, toHours: number) =>
    all.filter(({ sensor, ts }) => {
      const hoursLeft = (TO - ts) / 3_600_000;
      return sensor.key === key && hoursLeft <= fromHours && hoursLeft >= toHours;
    }).map(({ value }) => Number(value));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assert.equal(new Set(of("fan-3.speed", 40, 37)).size, 1, "flatline");
  assert.equal(of("cooling-tower.flow", 1.9, 0).length, 0, "dropout");
  assert.equal(of("pump-7.seal", 72, 3.1).length, 0, "new sensor");
  assert.ok(mean(of("pump-7.bearing", 0.3, 0)) > mean(of("pump-7.bearing", 1.5, 0.6)) + 5, "level shift");
  assert.ok(SAMPLE_FAULTS.length >= 8);
});
