/** Runs the test suite and ends with `N passed, N failed`. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "../src/config.ts";
import { findTemporal } from "../src/temporal/executable.ts";
import { endRunning, type FilesRun, runFiles, type RunOptions } from "./run_files.ts";

const USAGE = `usage: deno task test [PART ...]

Runs the test files whose paths contain one of the PARTs; all of them when none is given. The store tests run on the embedded TimescaleDB,
and on a server too when DATABASE_URL is set. Of files that fail, the failures are shown.

  deno task test domain               the files below tests/domain/
  deno task test store_test replay    two files`;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Files in these folders use no process and no store: they share one run. */
const LIGHT = /^tests\/(domain|evaluation|golden|histories|architecture|config|observation|run_files|docs)(\/|_test)/;
/** Files of the other folders start stores and servers: each has a process of its own. */
const HEAVY_AT_ONCE = 2;
const LIMIT_MS = 8 * 60_000;

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const names = (await readdir(join(ROOT, "tests"), { recursive: true })).filter((name) => name.endsWith("_test.ts"));
  const files = names.map((name) => `tests/${name}`).filter((file) =>
    args.length === 0 || args.some((part) => file.includes(part))
  ).sort();
  if (files.length === 0) {
    console.error(`No test file has ${args.map((part) => JSON.stringify(part)).join(" or ")} in its path.`);
    return 2;
  }
  const light = files.filter((file) => LIGHT.test(file));
  const heavy = files.filter((file) => !LIGHT.test(file));
  const config = readConfig();
  if (config.databaseUrl === undefined) {
    console.log("DATABASE_URL is not set: the store tests run on the embedded store only.");
  }
  const environment: Record<string, string> = heavy.length === 0
    ? {}
    : { MILLWRIGHT_TEMPORAL_CLI: await temporalPath(config) };
  const folder = await mkdtemp(join(tmpdir(), "millwright-tests-"));
  const runs = await runAll({ light, heavy }, { folder, environment, limitMs: LIMIT_MS });
  await rm(folder, { recursive: true });

  const passed = runs.reduce((sum, run) => sum + run.passed, 0);
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  const notRun = runs.reduce((sum, run) => sum + run.notRun, 0);
  if (notRun > 0) console.log(`${notRun} not run, since they cannot be run here.`);
  console.log(`${passed} passed, ${failed} failed`);
  return passed > 0 && failed === 0 ? 0 : 1;
}

async function runAll(
  { light, heavy }: { light: string[]; heavy: string[] },
  options: Omit<RunOptions, "parallel">,
): Promise<FilesRun[]> {
  const runs: FilesRun[] = [];
  const run = async (files: string[], parallel: boolean) => {
    const result = await runFiles(files, { ...options, parallel });
    report(parallel ? `${files.length} light files` : files[0], result);
    runs.push(result);
  };
  if (light.length > 0) await run(light, true);
  const lane = async () => {
    for (let next = heavy.shift(); next !== undefined; next = heavy.shift()) await run([next], false);
  };
  await Promise.all(Array.from({ length: HEAVY_AT_ONCE }, lane));
  return runs;
}

function report(name: string, { passed, failed, notRun, seconds, failures }: FilesRun): void {
  const mark = failed === 0 ? "ok    " : "FAILED";
  const skipped = notRun === 0 ? "" : `, ${notRun} not run`;
  console.log(`${mark}  ${name}  ${passed} passed, ${failed} failed${skipped} (${seconds.toFixed(1)} s)`);
  if (failures !== "") console.log(`\n${failures}\n`);
}

/** Found once, and fetched if need be, so that the tests do not all try. */
async function temporalPath(config: ReturnType<typeof readConfig>): Promise<string> {
  const { path } = await findTemporal({
    ...config.temporal,
    cacheFolder: join(ROOT, config.home),
    report: console.log,
  });
  return path;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endRunning();
    process.exit(1);
  });
}

process.exitCode = await main(process.argv.slice(2));
