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
  score: { about: "score CSV series, or rows with --forest", load: () => import("./cli/score.ts") },
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
    // People are shown what to do; whoever has to repair the program wants to know where.
    const known = error instanceof Error && error.name !== "Error" && error.name !== "TypeError";
    console.error(known ? error.message : error);
    process.exit(1);
  },
);
