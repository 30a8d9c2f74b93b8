/** Remakes golden files, part by part, and shows the lines that changed. */
import { writeFile } from "node:fs/promises";
import { GOLDEN_PARTS, goldenChanges, goldenFile, type GoldenName } from "./parts.ts";

const NAMES = Object.keys(GOLDEN_PARTS) as GoldenName[];

const USAGE = `usage: deno task golden PART ...

Remakes the golden files of the PARTs and shows the lines that changed, for you to review like code. What did not change is not touched.

${NAMES.map((name) => `  ${name.padEnd(10)} ${GOLDEN_PARTS[name].about} (${GOLDEN_PARTS[name].path})`).join("\n")}

The figures of the public data sets have a command of their own: deno task evaluate --data DIR --accept.
Histories of workflows are no golden files: deno task record adds some, and none is ever remade.`;

/** Exit code 0 when the parts are as the code makes them, 2 for wrong arguments: nothing is written then. */
async function main(args: string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const unknown = args.filter((arg) => !Object.hasOwn(GOLDEN_PARTS, arg));
  if (unknown.length > 0) {
    console.error(`There is no golden part ${unknown.map((arg) => JSON.stringify(arg)).join(", ")}.\n\n${USAGE}`);
    return 2;
  }
  for (const name of new Set(args as GoldenName[])) {
    const { path } = GOLDEN_PARTS[name];
    const { made, changes } = await goldenChanges(name);
    if (changes === "") {
      console.log(`${path}: unchanged`);
      continue;
    }
    await writeFile(goldenFile(name), made);
    console.log(`${path}: changed\n${changes}`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
