/** Runs test files in a process of their own and says what failed, where, and nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** A process that broke down shows its end. */
const TAIL_LINES = 60;

export interface RunOptions {
  /** Folder for reports. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files at once. */
  readonly parallel: boolean;
  /** After this the process is ended, with all that it started: some wait in it has no bound. */
  readonly limitMs: number;
}

export interface FilesRun {
  readonly passed: number;
  readonly failed: number;
  /** Tests that cannot run here, such as those that mount a disk. */
  readonly notRun: number;
  readonly seconds: number;
  /** What failed, for people; "" when nothing did. */
  readonly failures: string;
}

/** Processes under way. Each leads a group of its own, so that what it started can be ended with it. */
const running = new Set<number>();

/** A process that breaks without a report counts as one failure. */
export async function runFiles(files: readonly string[], options: RunOptions): Promise<FilesRun> {
  const report = join(options.folder, `${files[0].replaceAll("/", "-")}.xml`);
  const beganMs = performance.now();
  const parallel = options.parallel ? ["--parallel"] : [];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--reporter=dot", ...parallel, `--junit-path=${report}`, ...files],
    cwd: ROOT,
    env: { ...options.environment, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  running.add(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, options.limitMs);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  running.delete(child.pid);
  // A test that failed may have left a service behind.
  endGroup(child.pid);
  const { passed, failed, notRun } = countsOf(await readIfThere(report));
  const lateText = late ? `It did not end within ${options.limitMs / 1_000} s: some wait in it has no bound.\n` : "";
  return {
    passed,
    failed: !success && failed === 0 ? 1 : failed,
    notRun,
    seconds: (performance.now() - beganMs) / 1_000,
    failures: success ? "" : lateText + failuresOf(decode(stdout), decode(stderr)),
  };
}

/** Ends what is under way, for a suite that is stopped. */
export function endRunning(): void {
  for (const pid of running) endGroup(pid);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The numbers in a report in the form of JUnit; none in a report that was not written to its end. */
export function countsOf(report: string): { passed: number; failed: number; notRun: number } {
  const suites = /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(report);
  if (suites === null) return { passed: 0, failed: 0, notRun: 0 };
  const [tests, failures, errors] = suites.slice(1).map(Number);
  const notRun = report.match(/<skipped\/>/g)?.length ?? 0;
  return { passed: tests - failures - errors - notRun, failed: failures + errors, notRun };
}

/** Of what a test process printed: each failure with its message and place. */
export function failuresOf(stdout: string, stderr: string): string {
  const begin = stdout.indexOf("\n ERRORS \n");
  if (begin < 0) {
    return [stdout, stderr].map((text) => text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n")).join("\n");
  }
  const end = stdout.lastIndexOf("\n FAILURES \n");
  return stdout.slice(begin + "\n ERRORS \n".length, end < begin ? undefined : end)
    .split("\n")
    // The runner's own frames say nothing about the test.
    .filter((line) => !/^\s+at .*\(?ext:/.test(line))
    .join("\n").trim();
}

async function readIfThere(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
