/** Runs the test suite and ends with `N passed, N failed`. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTemporal } from "../src/temporal/executable.ts";
import { readConfig } from "../src/config.ts";

const USAGE = `usage: deno task test [PART ...]

Runs the test files whose paths contain one of the PARTs; all of them when none is given. The store tests run on the embedded TimescaleDB,
and on a server too when DATABASE_URL is set.`;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Files in these folders use no process and no store: they share one run. */
const LIGHT = /^tests\/(domain|evaluation|architecture|config|observation)(\/|_test)/;
/** Files of the other folders start stores and servers: each has a process of its own. */
const HEAVY_AT_ONCE = 2;
const HEAVY_MAX_MS = 8 * 60_000;

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that cannot run here, such as those that mount a disk. */
  readonly notRun: number;
}

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const names = (await readdir(join(ROOT, "tests"), { recursive: true })).filter((name) => name.endsWith("_test.ts"));
  const files = names.map((name) => `tests/${name}`).filter((file) =>
    args.length === 0 || args.some((part) => file.includes(part))
  ).sort();
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
  const queue = heavy.map((file) => [file]);
  const results: Counts[] = light.length === 0 ? [] : [await runFiles(light, { folder, environment, parallel: true })];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.push(await runFiles(next, { folder, environment, parallel: false }));
    }
  };
  await Promise.all(Array.from({ length: HEAVY_AT_ONCE }, lane));
  await rm(folder, { recursive: true });

  const passed = results.reduce((sum, counts) => sum + counts.passed, 0);
  const failed = results.reduce((sum, counts) => sum + counts.failed, 0);
  const notRun = results.reduce((sum, counts) => sum + counts.notRun, 0);
  if (notRun > 0) console.log(`${notRun} not run, since they cannot be run here.`);
  console.log(`${passed} passed, ${failed} failed`);
  return passed > 0 && failed === 0 ? 0 : 1;
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

interface RunOptions {
  readonly folder: string;
  readonly environment: Record<string, string>;
  readonly parallel: boolean;
}

/** Runs files in one process; a process that breaks without a report counts as one failure. */
async function runFiles(files: string[], { folder, environment, parallel }: RunOptions): Promise<Counts> {
  const report = join(folder, `${files[0].replaceAll("/", "-")}.xml`);
  const beganMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...parallel ? ["--parallel"] : [], `--junit-path=${report}`, ...files],
    cwd: ROOT,
    env: { ...environment, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(HEAVY_MAX_MS),
  });
  const { success, stdout, stderr } = await child.output();
  const counts = await readReport(report);
  const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1);
  const name = parallel ? `${files.length} light files` : files[0];
  const notRun = counts.notRun === 0 ? "" : `, ${counts.notRun} not run`;
  console.log(
    `${
      success ? "ok    " : "FAILED"
    }  ${name}  ${counts.passed} passed, ${counts.failed} failed${notRun} (${seconds} s)`,
  );
  if (!success) {
    console.log(new TextDecoder().decode(stdout));
    console.log(new TextDecoder().decode(stderr).slice(-20_000));
  }
  return !success && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function readReport(path: string): Promise<Counts> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const suites = /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(text);
  if (suites === null) return { passed: 0, failed: 0, notRun: 0 };
  const [tests, failures, errors] = suites.slice(1).map(Number);
  const notRun = text.match(/<skipped\/>/g)?.length ?? 0;
  return { passed: tests - failures - errors - notRun, failed: failures + errors, notRun };
}

process.exitCode = await main(process.argv.slice(2));
