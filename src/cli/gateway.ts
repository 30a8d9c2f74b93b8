import { runApp } from "./run_app.ts";
import { serverSettingsFault } from "./worker.ts";

const USAGE = `usage: deno task gateway

Starts the GraphQL gateway alone, against DATABASE_URL and TEMPORAL_ADDRESS. As many as wanted may run.`;

export function run(args: string[]): Promise<number> {
  return runApp(args, { usage: USAGE, parts: ["gateway"], needs: serverSettingsFault });
}
