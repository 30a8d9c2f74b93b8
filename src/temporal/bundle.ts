/**
 * The workflows' code as Temporal wants it: one file, built once and kept under a name that says what it was built
 * from.
 */
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Path of the bundle in `cacheFolder`, building it when it is not there. The name covers the workflows, the pure code
 * they may use, and the SDK.
 */
export async function workflowBundle(cacheFolder: string): Promise<string> {
  const file = join(cacheFolder, `workflows-${await contentHash()}.js`);
  if (await exists(file)) return file;
  const workflowsPath = join(ROOT, "workflows", "mod.ts");
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger("WARN") });
  await mkdir(cacheFolder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, file);
  return file;
}

async function contentHash(): Promise<string> {
  const hash = createHash("sha256").update(sdkVersion());
  for (const folder of ["workflows", "src/domain"]) {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    for (const name of names.filter((name) => name.endsWith(".ts")).sort()) {
      hash.update(`\0${folder}/${name}\0`).update(await readFile(join(ROOT, folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function sdkVersion(): string {
  return createRequire(import.meta.url)("@temporalio/worker/package.json").version;
}

async function exists(file: string): Promise<boolean> {
  try {
    await readFile(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
