/** Settings in a file, as `score` and `evaluate` take them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSettingsFile } from "../../src/cli/settings_file.ts";

Deno.test("what a file says of a quantity is laid over what the release says of it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "settings.json");
    const document = { sensor: { episode: { threshold: 0.4 } } };
    const file = {
      format: "millwright-settings-1",
      tenant: "t",
      over: "generic-2",
      layers: [{ quantity: "speed", document }],
    };
    await Deno.writeTextFile(path, JSON.stringify(file));
    const { set: { settings } } = await readSettingsFile(path, "speed");
    const flatline = settings.watches.find(({ kind }) => kind === "flatline")!.detector.parameters;
    assert.equal(settings.episode.threshold, 0.4);
    assert.deepEqual("least" in flatline && flatline.least, { hours: 10, least: 120 });
    const { set: other } = await readSettingsFile(path, "temperature");
    assert.equal(other.settings.episode.threshold, 0.22);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
