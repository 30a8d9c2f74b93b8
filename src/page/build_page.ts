/**
 * The page as browsers want it: its sources in src/web put together by esbuild, once, and kept under a name that says
 * what they were built from. Nothing built is in the repository, and nothing has to be installed to build it.
 */
import { build, type BuildOptions, type BuildResult, type Metafile, stop } from "esbuild";
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WEB = join(ROOT, "src", "web");

/** Files of the page by the names that it asks for them by. */
export interface BuiltPage {
  /** Says what the page was built from. */
  readonly version: string;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Names of the script and the style sheet that the document begins with. */
  readonly script: string;
  readonly style: string;
  /** Of each of the page's sources that is loaded when it is first shown, the files that it needs, itself first. */
  readonly needs: Readonly<Record<string, readonly string[]>>;
}

/** The page out of `cacheFolder`, built when it is not there. */
export async function buildPage(cacheFolder: string): Promise<BuiltPage> {
  const version = await contentHash();
  // The builder takes its own folder for the working one.
  const folder = resolve(cacheFolder, `page-${version}`);
  return await readBuilt(folder, version) ?? await buildInto(folder, version);
}

async function buildInto(folder: string, version: string): Promise<BuiltPage> {
  const draft = `${folder}.${randomUUID()}`;
  const options: BuildOptions = {
    absWorkingDir: WEB,
    entryPoints: { page: "main.tsx", style: "style.css" },
    outdir: draft,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    // What is loaded when it is first shown, such as plots, is a file of its own.
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    sourcemap: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
    metafile: true,
  };
  const { metafile } = await buildAlone(options);
  await writeFile(join(draft, NEEDS), JSON.stringify(needsOf(metafile!)));
  await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
    // Another process was quicker; it built the same.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(draft, { recursive: true });
  });
  const built = await readBuilt(folder, version);
  if (built === undefined) throw new Error(`The page was built, and is not in ${folder}.`);
  return built;
}

let last: Promise<unknown> = Promise.resolve();

/** One build after the other: the builder's process ends with each, since hardly ever another one follows. */
function buildAlone(options: BuildOptions): Promise<BuildResult> {
  const built = last.then(() => build(options)).finally(() => stop());
  last = built.catch(() => {});
  return built;
}

const NEEDS = "needs.json";

/** By source, such as "triage.tsx": browsers find files that files need one after the other, unless they are told. */
function needsOf({ outputs }: Metafile): Record<string, string[]> {
  const gather = (path: string, found: Set<string>): Set<string> => {
    if (found.has(path)) return found;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement") gather(next, found);
    }
    return found;
  };
  const loaded = Object.entries(outputs).filter(([path, { entryPoint }]) =>
    path.endsWith(".js") && entryPoint !== undefined
  );
  return Object.fromEntries(
    loaded.map(([path, { entryPoint }]) => [
      basename(entryPoint!),
      Array.from(gather(path, new Set()), (path) => basename(path)),
    ]),
  );
}

async function readBuilt(folder: string, version: string): Promise<BuiltPage | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const named = (pattern: RegExp) => names.find((name) => pattern.test(name));
  const [script, style] = [named(/^page-\w+\.js$/), named(/^style-\w+\.css$/)];
  if (script === undefined || style === undefined) return undefined;
  const needs = JSON.parse(await readFile(join(folder, NEEDS), "utf8"));
  const files = new Map(
    await Promise.all(
      names.filter((name) => name !== NEEDS).map(async (name) =>
        [name, new Uint8Array(await readFile(join(folder, name)))] as const
      ),
    ),
  );
  return { version, files, script, style, needs };
}

async function contentHash(): Promise<string> {
  // The lock says which libraries, and which builder.
  const hash = createHash("sha256").update(await readFile(join(ROOT, "deno.lock")));
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  const names = await readdir(WEB, { recursive: true });
  for (const name of names.filter((name) => /\.(tsx?|css)$/.test(name)).sort()) {
    hash.update(`\0${name}\0`).update(await readFile(join(WEB, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
