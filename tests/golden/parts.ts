/**
 * The golden files: what is committed as expected, and how each is made. They are remade part by part, and reviewed
 * like code.
 */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { printSchema } from "graphql";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { settingsText } from "../../src/config.ts";
import { detectSample } from "../fixtures/sample.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONTEXT_LINES = 2;

export interface GoldenPart {
  /** From the root of the project. */
  readonly path: string;
  readonly about: string;
  make(): Promise<string>;
}

const SETTINGS_HEAD =
  "# Settings and their defaults. Copy to .env and start with: deno run -A --env-file src/main.ts start\n\n";

export const GOLDEN_PARTS = {
  schema: {
    path: "tests/golden/schema.graphql",
    about: "what clients see of the API",
    async make() {
      const { schema } = await import("../../graphql/schema.ts");
      return `${printSchema(schema)}\n`;
    },
  },
  detection: {
    path: "tests/golden/sample_detection.json",
    about: "the alerts and figures of the sample series",
    make: async () => `${JSON.stringify(await detectSample(), undefined, 2)}\n`,
  },
  settings: {
    path: ".env.example",
    about: "every setting with its default",
    make: () => Promise.resolve(`${SETTINGS_HEAD}${settingsText().trimEnd()}\n`),
  },
} satisfies Record<string, GoldenPart>;

export type GoldenName = keyof typeof GOLDEN_PARTS;

export function goldenFile(name: GoldenName): string {
  return `${ROOT}${GOLDEN_PARTS[name].path}`;
}

/** The lines of a golden file that are not what the code makes now, with a few around them; "" when all are. */
export async function goldenChanges(name: GoldenName): Promise<{ made: string; changes: string }> {
  const { path, make } = GOLDEN_PARTS[name];
  const [made, before] = await Promise.all([make(), readIfThere(goldenFile(name))]);
  return { made, changes: changedLines(path, { before, after: made }) };
}

async function readIfThere(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** A unified diff; "" for equal texts. */
export function changedLines(path: string, { before, after }: { before: string; after: string }): string {
  if (before === after) return "";
  const options = { context: CONTEXT_LINES, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(path, path, before, after, "as committed", "as this code makes it", options);
}

/** Fails with the changed lines and the command that takes them over. */
export async function assertGolden(name: GoldenName): Promise<void> {
  const { changes } = await goldenChanges(name);
  if (changes === "") return;
  const { path } = GOLDEN_PARTS[name];
  assert.fail(`${path} is not what this code makes.\n${changes}If this is meant: deno task golden ${name}`);
}
