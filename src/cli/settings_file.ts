/** Settings of detection in a file that a person has written. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type DetectorSet, makeSet } from "../domain/detection/detector_set.ts";
import { DETECTOR_NAMES, type DetectorName } from "../domain/detection/detectors/mod.ts";
import type { DetectionSettings } from "../domain/detection/settings.ts";

/** A file that holds no settings; the message names the file and every fault. */
export class SettingsFileFaults extends Error {
  override readonly name = "SettingsFileFaults";
}

const share = z.number().min(0).max(1);
const readings = z.number().int().min(0);
const span = z.strictObject({ hours: z.number().min(0), least: z.number().int().min(1) });
const episode = z.strictObject({
  threshold: share,
  deadband: share,
  onDelay: span,
  offDelay: span,
  newNormal: span,
});
const choice = {
  name: z.enum(DETECTOR_NAMES as [DetectorName, ...DetectorName[]]),
  // Which there are, and their bounds, each detector knows by itself.
  parameters: z.record(z.string(), z.union([z.number(), span])),
};

const SCHEMA = z.strictObject({
  version: z.string().min(1),
  counts: z.boolean(),
  detectors: z.array(z.strictObject({ ...choice, weight: share })).min(1),
  level: z.strictObject({ stretch: span, window: span, blocks: z.number().int().min(2) }),
  glitch: z.strictObject({
    window: span,
    blocks: z.number().int().min(2),
    first: z.number().int().min(10).max(200),
    far: z.number().positive(),
    lasts: span,
    rare: share,
  }),
  caution: z.strictObject({ window: span, readings, power: z.number().min(0) }),
  rest: z.strictObject({ length: span, floor: share }),
  episode,
  watches: z.array(z.strictObject({ kind: z.string().min(1), detector: z.strictObject(choice), episode })),
  learnsAnomalies: z.boolean(),
  baselineReadings: readings,
});

/** The detectors that the settings in a JSON file ask for. Throws `SettingsFileFaults`. */
export async function readSettingsFile(path: string): Promise<DetectorSet> {
  const { success, data, error } = SCHEMA.safeParse(parseJson(path, await readFile(path, "utf8")));
  if (!success) {
    const faults = error.issues.map(({ path: steps, message }) =>
      [path, ...steps.length === 0 ? [] : [steps.join(".")], message].join(": ")
    );
    throw new SettingsFileFaults(faults.join("\n"));
  }
  try {
    // Whether its parameters are those of a detector, each one says when it is made.
    return makeSet(data as unknown as DetectionSettings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SettingsFileFaults(`${path}: ${error.message}`, { cause: error });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingsFileFaults(`${path}: is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
