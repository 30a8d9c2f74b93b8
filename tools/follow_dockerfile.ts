/**
 * Follows the Dockerfile without a container runtime: its steps in a clean folder, then what it starts, with an empty
 * home and nothing that a registry would have to be asked for, against an empty database.
 *
 *   DATABASE_URL=… deno run -A tools/follow_dockerfile.ts FOLDER
 *
 * Ends with 0 when the gateway answers with the page and its script. What it cannot follow: the steps before WORKDIR,
 * which install Deno, and the base images.
 */
import { cp, mkdir, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ANSWER_MAX_MS = 60_000;

interface Step {
  readonly word: string;
  readonly rest: string;
}

/** The steps of the first stage behind its WORKDIR, and what the last stage starts. */
async function readSteps(): Promise<{ steps: Step[]; entry: string[]; command: string[] }> {
  const text = (await readFile(join(ROOT, "Dockerfile"), "utf8")).replace(/\\\n/g, "");
  const all = text.split("\n").flatMap((line): Step[] => {
    const match = /^([A-Z]+) (.*)$/.exec(line);
    return match === null ? [] : [{ word: match[1], rest: match[2] }];
  });
  const begin = all.findIndex(({ word }) => word === "WORKDIR") + 1;
  const end = all.findIndex(({ word }, i) => i > begin && word === "FROM");
  const list = (name: string) => JSON.parse(all.findLast(({ word }) => word === name)!.rest) as string[];
  return { steps: all.slice(begin, end), entry: list("ENTRYPOINT"), command: list("CMD") };
}

async function run(args: readonly string[], { cwd, env }: { cwd: string; env: Record<string, string> }): Promise<void> {
  const [program, ...rest] = args;
  const { code } = await new Deno.Command(program, { args: rest, cwd, env, stdin: "null" }).spawn().status;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}

/** As COPY does: several files into a folder, or a folder's content into another. */
async function copy(names: readonly string[], into: string): Promise<void> {
  const [sources, target] = [names.slice(0, -1), join(into, names.at(-1)!)];
  for (const source of sources) {
    const from = join(ROOT, source);
    const folder = (await stat(from)).isDirectory();
    const to = folder || !names.at(-1)!.endsWith("/") ? target : join(target, source.split("/").at(-1)!);
    await mkdir(folder ? to : dirname(to), { recursive: true });
    await cp(from, to, { recursive: true, force: true });
  }
}

async function megabytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return Math.round(bytes / 1e6);
}

/** Waits until the gateway says where it is, and looks at what it answers there. */
async function look(child: Deno.ChildProcess): Promise<string> {
  let log = "";
  const late = AbortSignal.timeout(ANSWER_MAX_MS);
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    log += text;
    const url = /started gateway (\S+)/.exec(log)?.[1];
    if (url === undefined && !late.aborted) continue;
    if (url === undefined) break;
    const html = await (await fetch(`${url}/`, { headers: { accept: "text/html" }, signal: late })).text();
    const script = /<script[^>]* src="([^"]+\.js)"/.exec(html)?.[1];
    const style = /<link[^>]* href="([^"]+\.css)"/.exec(html)?.[1];
    if (script === undefined || style === undefined) throw new Error(`The page was not built:\n${html}\n${log}`);
    const sizes = await Promise.all([script, style].map(async (path) => {
      const response = await fetch(new URL(path, url), { signal: late });
      if (!response.ok) throw new Error(`${path} answers ${response.status}`);
      return (await response.bytes()).length;
    }));
    return `the gateway answers with the page: ${script} ${sizes[0]} bytes, ${style} ${sizes[1]} bytes`;
  }
  throw new Error(`The gateway did not start:\n${log}`);
}

const [given] = Deno.args;
const databaseUrl = Deno.env.get("DATABASE_URL");
if (given === undefined || databaseUrl === undefined) {
  console.error("DATABASE_URL=… deno run -A tools/follow_dockerfile.ts FOLDER");
  Deno.exit(2);
}
const folder = resolve(given);
await rm(folder, { recursive: true, force: true });
const [app, bin, home] = ["app", "bin", "home"].map((name) => join(folder, name));
for (const one of [app, bin, home]) await mkdir(one, { recursive: true });
for (const name of ["deno", "deno-executable"]) await symlink(Deno.execPath(), join(bin, name));
const path = `${bin}:${Deno.env.get("PATH")}`;

const { steps, entry, command } = await readSteps();
for (const { word, rest } of steps) {
  console.log(`${word} ${rest}`);
  if (word === "RUN") await run(["sh", "-c", rest], { cwd: app, env: { PATH: path } });
  else if (word === "COPY") await copy(rest.split(" "), app);
  else throw new Error(`This cannot follow ${word}.`);
}
console.log(`${await megabytes(app)} MB of files`);

// Nothing of this machine's: neither its cache of packages nor its settings.
const env = {
  PATH: path,
  HOME: home,
  DENO_DIR: join(home, "deno"),
  MILLWRIGHT_HOME: join(home, "millwright"),
  MILLWRIGHT_PORT: "0",
  MILLWRIGHT_LOG: "text",
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: "127.0.0.1:1",
};
await run([...entry, "migrate"], { cwd: app, env });
const started = performance.now();
const child = new Deno.Command(join(bin, entry[0]), {
  args: [...entry.slice(1), ...command],
  cwd: app,
  env,
  clearEnv: true,
  stdin: "null",
  stdout: "null",
  stderr: "piped",
}).spawn();
try {
  console.log(await look(child));
  console.log(`${((performance.now() - started) / 1_000).toFixed(1)} s after its start`);
} finally {
  child.kill("SIGTERM");
  await child.status;
}
