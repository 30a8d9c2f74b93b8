import { runApp } from "./run_app.ts";

const USAGE = `usage: deno task start

Starts the gateway, the worker, and, unless DATABASE_URL and TEMPORAL_ADDRESS name others, an embedded TimescaleDB and a Temporal
development server, with all data under .millwright/. Ctrl-C ends it.`;

export function run(args: string[]): Promise<number> {
  return runApp(args, { usage: USAGE, parts: ["gateway", "worker"] });
}
