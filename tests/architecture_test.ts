/** The arrows that may never exist between the parts of the program, over the module graph that Deno itself sees. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      specifier: string;
      code?: { specifier: string };
      type?: { specifier: string };
      isDynamic?: boolean;
    }[];
  }[];
}

async function sources(): Promise<string[]> {
  const folders = ["src", "workflows", "activities", "graphql", "tests"];
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true })).map((name) => `${folder}/${name}`)
    ),
  );
  return names.flat().filter((name) => /\.tsx?$/.test(name));
}

async function readArrows(): Promise<Arrow[]> {
  const files = await sources();
  const roots = files.filter((file) => !file.startsWith("tests/") || file === "tests/run.ts");
  const arrows: Arrow[] = [];
  // One graph holds them all, when one module imports them all.
  const graph = JSON.parse(
    new TextDecoder().decode(
      (await new Deno.Command(Deno.execPath(), {
        args: [
          "info",
          "--json",
          `data:application/typescript,${
            encodeURIComponent(roots.map((file) => `import "file://${ROOT}${file}";`).join("\n"))
          }`,
        ],
        cwd: ROOT,
        stderr: "null",
      }).output()).stdout,
    ),
  ) as ModuleGraph;
  for (const module of graph.modules) {
    if (!module.specifier.startsWith(`file://${ROOT}`)) continue;
    const from = relative(ROOT, fileURLToPath(module.specifier));
    if (from.startsWith("node_modules")) continue;
    for (const { specifier, code, type } of module.dependencies ?? []) {
      const target = (code ?? type)?.specifier ?? specifier;
      const to = target.startsWith(`file://${ROOT}`) ? relative(ROOT, fileURLToPath(target)) : specifier;
      arrows.push({ from, to, typeOnly: code === undefined });
    }
  }
  return arrows;
}

const arrows = await readArrows();
const texts = new Map(
  await Promise.all((await sources()).map(async (file) => [file, await readFile(join(ROOT, file), "utf8")] as const)),
);

/** Fails with the remedy when one of `broken` exists. */
function never(broken: readonly Arrow[], remedy: string): void {
  assert.deepEqual(broken.map(({ from, to }) => `${from} -> ${to}`), [], remedy);
}

const within = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const isAdapter = (path: string) =>
  ["src/timescale/", "src/temporal/", "src/notify/", "src/web/"].some((folder) => path.startsWith(folder));

Deno.test("the graph holds the program", () => {
  assert.ok(arrows.length > 200, `${arrows.length} arrows`);
  assert.ok(arrows.some(({ from, to }) => from === "src/app.ts" && to === "src/timescale/connect.ts"));
});

Deno.test("the domain imports the domain only", () => {
  const allowed = (to: string) => within("src/domain")(to) || to === "ts-pattern" || to === "simple-statistics";
  never(
    arrows.filter(({ from, to }) => within("src/domain")(from) && !allowed(to)),
    "Move what needs it into an operation.",
  );
});

/** Which subjects a subject of the domain stands on; files at the domain's root and `access` are for all. */
const STANDS_ON: Readonly<Record<string, readonly string[]>> = {
  access: [],
  plant: [],
  intake: ["plant"],
  detection: ["plant"],
  alerting: ["plant", "intake", "detection"],
  history: ["plant", "detection", "alerting"],
  maintenance: ["plant", "alerting"],
};
const LAYERS = [
  "src/domain",
  "src/ports",
  "src/operations",
  "src/timescale",
  "graphql",
  "activities",
  "workflows",
  "tests/domain",
];

Deno.test("in the domain a subject imports only those that it stands on", () => {
  const subjectOf = (path: string) => /^src\/domain\/([a-z_]+)\//.exec(path)?.[1];
  const broken = ({ from, to }: Arrow) => {
    const [subject, other] = [subjectOf(from), subjectOf(to)];
    if (other === undefined || other === "access" || other === subject) return false;
    return subject === undefined || !STANDS_ON[subject].includes(other);
  };
  never(
    arrows.filter((arrow) => within("src/domain")(arrow.from) && broken(arrow)),
    "Hand it in as an argument, or move it to the subject that both stand on.",
  );
});

Deno.test("the folders of every layer are the subjects", () => {
  const inside = new Set(["src/domain/detection/detectors", "src/domain/detection/stats"]);
  const strange = [...texts.keys()].map((file) => file.slice(0, file.lastIndexOf("/"))).filter((folder) => {
    const layer = LAYERS.find((one) => folder.startsWith(`${one}/`));
    if (layer === undefined || inside.has(folder.replace(/^tests\/domain/, "src/domain"))) return false;
    return !Object.hasOwn(STANDS_ON, folder.slice(layer.length + 1));
  });
  assert.deepEqual([...new Set(strange)], [], `A subject is one of ${Object.keys(STANDS_ON).join(", ")}.`);
});

Deno.test("the domain is pure and synchronous", () => {
  const impure = /\basync\b|\bawait\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\.|\bconsole\.|\bDeno\./;
  const broken = [...texts].filter(([file, text]) =>
    within("src/domain")(file) && impure.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""))
  );
  assert.deepEqual(broken.map(([file]) => file), [], "Hand in the time, the randomness or the data as arguments.");
});

Deno.test("workflows import the domain, their library, and the activities' type", () => {
  const fine = ({ to, typeOnly }: Arrow) =>
    within("workflows")(to) || within("src/domain")(to) || to === "@temporalio/workflow" ||
    (typeOnly && to === "activities/mod.ts");
  never(
    arrows.filter((arrow) => within("workflows")(arrow.from) && !fine(arrow)),
    "Do it in an activity: the workflow's sandbox and its replay need nothing else.",
  );
});

Deno.test("activities import operations, ports and domain", () => {
  const fine = (to: string) =>
    ["activities", "src/operations", "src/ports", "src/domain"].some((folder) => within(folder)(to)) ||
    to.startsWith("@temporalio/");
  never(
    arrows.filter(({ from, to }) => within("activities")(from) && !fine(to)),
    "An activity translates; what decides is an operation.",
  );
});

Deno.test("GraphQL reaches no adapter and no workflow", () => {
  const broken = (to: string) =>
    isAdapter(to) || within("workflows")(to) || within("activities")(to) || to === "src/app.ts";
  never(
    arrows.filter(({ from, to }) => within("graphql")(from) && broken(to)),
    "Call an operation, or a port through the context.",
  );
});

Deno.test("operations reach no adapter", () => {
  const broken = (to: string) =>
    isAdapter(to) || within("graphql")(to) || within("activities")(to) || within("workflows")(to);
  never(arrows.filter(({ from, to }) => within("src/operations")(from) && broken(to)), "Add what is needed to a port.");
});

Deno.test("an adapter reaches no other adapter, no operation, no resolver", () => {
  const folderOf = (path: string) => path.split("/").slice(0, 2).join("/");
  const broken = ({ from, to, typeOnly }: Arrow) =>
    isAdapter(from) &&
    (isAdapter(to) && folderOf(from) !== folderOf(to) || within("src/operations")(to) || within("graphql")(to) ||
      within("activities")(to) && !typeOnly || within("workflows")(to) && to !== "workflows/contracts.ts");
  never(arrows.filter(broken), "Let app.ts hand it over.");
});

Deno.test("the page is a client like any other, and nothing reaches into it", () => {
  const libraries = new Set([
    "preact",
    "preact/hooks",
    "preact/jsx-runtime",
    "@preact/signals",
    "graphql-ws/client",
    "uplot",
  ]);
  never(
    arrows.filter(({ from, to }) => within("src/web")(from) && !within("src/web")(to) && !libraries.has(to)),
    "Ask the gateway for it.",
  );
  never(arrows.filter(({ from, to }) => !within("src/web")(from) && within("src/web")(to)), "It is built as a whole.");
});

Deno.test("only commands and tests reach the composition root, and nothing in the program reaches the tests", () => {
  never(
    arrows.filter(({ from, to }) => to === "src/app.ts" && !within("src/cli")(from)),
    "Take what you need as an argument.",
  );
  never(arrows.filter(({ from, to }) => !within("tests")(from) && within("tests")(to)), "Tests are for tests.");
});

Deno.test("only the store's adapter talks SQL", () => {
  never(
    arrows.filter(({ from, to }) => to === "postgres" && !within("src/timescale")(from)),
    "Add a call to the store's port.",
  );
});

Deno.test("only config.ts reads the environment", () => {
  const reads = /process\.env\b|Deno\.env\b/;
  // run_program.ts hands the environment on to a child, unread.
  const broken = [...texts].filter(([file, text]) =>
    !within("tests")(file) && file !== "src/config.ts" && file !== "src/temporal/run_program.ts" && reads.test(text)
  );
  assert.deepEqual(broken.map(([file]) => file), [], "Add a setting to config.ts.");
});

Deno.test("file names say what is in the file", () => {
  const banned =
    /(^|_)(manager|helper|utils?|common|misc|service|processor|handler|engine|agent|base|abstract|impl|data|info)\.tsx?$|\/(types|index|lib)\.tsx?$/;
  assert.deepEqual([...texts.keys()].filter((file) => banned.test(file)), []);
});

Deno.test("tests wait for everything within a bound", () => {
  const unbounded = /\bawait (?:fetch\(|new Promise\b|[\w.]+\.(?:status|promise)\b|[^;\n]*\.result\(\))/;
  // Pages in a browser fetch by themselves; the browser bounds that.
  const broken = [...texts].filter(([file, text]) =>
    within("tests")(file) && !/^tests\/(fixtures|bench|run_files|graphql\/browser_test)/.test(file) &&
    text.split("\n").some((line) => unbounded.test(line) && !line.includes("await within("))
  );
  const remedy = "Use until, within and fetchInTime of tests/fixtures: a suite that hangs says nothing.";
  assert.deepEqual(broken.map(([file]) => file), [], remedy);
});

Deno.test("comments stay within 120 columns", () => {
  const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line);
  const long = [...texts].flatMap(([file, text]) =>
    text.split("\n").flatMap((line, i) =>
      line.length > 120 && isComment(line) && !/https?:\/\//.test(line) ? [`${file}:${i + 1}`] : []
    )
  );
  assert.deepEqual(long, [], "deno run -RW tools/wrap_comments.ts FILE wraps them.");
});

Deno.test("source files stay under 300 lines", () => {
  const long = [...texts].filter(([file, text]) => !within("tests")(file) && text.split("\n").length > 301);
  assert.deepEqual(long.map(([file]) => file), [], "Look for the second subject in it.");
});
