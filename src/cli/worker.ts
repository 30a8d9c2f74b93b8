import type { Config } from "../config.ts";
import { runApp } from "./run_app.ts";

const USAGE = `usage: deno task worker

Starts the Temporal worker alone, against DATABASE_URL and TEMPORAL_ADDRESS. As many as wanted may run. It runs under Node too:
npx tsx src/main.ts worker`;

/** The embedded store and the development server belong to one process: separate ones need servers. */
export function serverSettingsFault(config: Config): string | undefined {
  const missing = [
    config.databaseUrl === undefined ? "DATABASE_URL" : "",
    config.temporal.address === undefined ? "TEMPORAL_ADDRESS" : "",
  ].filter(Boolean);
  if (missing.length === 0) return undefined;
  return `Set ${
    missing.join(" and ")
  }: separate processes need servers to meet at. For everything in one process: deno task start`;
}

export function run(args: string[]): Promise<number> {
  return runApp(args, { usage: USAGE, parts: ["worker"], needs: serverSettingsFault });
}
