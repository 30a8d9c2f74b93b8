/** Millwright's command line: each command is a file in cli/. */

const COMMANDS: Readonly<
  Record<string, { about: string; load: () => Promise<{ run(args: string[]): Promise<number> }> }>
> = {
  demo: {
    about: "start everything, feed the sample series, print alerts as they arrive",
    load: () => import("./cli/demo.ts"),
  },
  start: { about: "start everything in one process tree", load: () => import("./cli/start.ts") },
  gateway: { about: "only the GraphQL gateway", load: () => import("./cli/gateway.ts") },
  worker: { about: "only the Temporal worker", load: () => import("./cli/worker.ts") },
  migrate: { about: "bring the store to the schema of this code", load: () => import("./cli/migrate.ts") },
  generate: {
    about: "make readings of a sample plant: to a file, or to a service",
    load: () => import("./cli/generate.ts"),
  },
  key: { about: "make, list and end the keys that let people and programs in", load: () => import("./cli/key.ts") },
  settings: {
    about: "settings of detection as files: export, import, check, schema",
    load: () => import("./cli/settings.ts"),
  },
  score: { about: "score CSV series, or rows with --forest", load: () => import("./cli/score.ts") },
  curve: { about: "make the curve of rarity anew, for the alarm budget", load: () => import("./cli/curve.ts") },
  evaluate: { about: "detection quality on public data sets", load: () => import("./cli/evaluate.ts") },
};

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return `usage: deno task COMMAND [options]\n\n${
    lines.join("\n")
  }\n\nEach command has --help. Settings are environment variables: see .env.example.`;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(usage());
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    console.error(`There is no command ${JSON.stringify(name)}.\n\n${usage()}`);
    return 2;
  }
  return await (await COMMANDS[name].load()).run(args);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(isForPeople(error) ? error.message : error);
    process.exit(1);
  },
);

/** People are shown what to do; whoever has to repair the program wants to know where it broke. */
function isForPeople(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  // Wrong options, and files that are not there.
  if (typeof code === "string" && /^(ERR_PARSE_ARGS|ENOENT|EACCES|EISDIR|ENOTDIR|EEXIST|EADDRINUSE)/.test(code)) {
    return true;
  }
  return !["Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError"].includes(error.name);
}
