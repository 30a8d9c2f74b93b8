/**
 * Records how the workflows go now, for the replay test. It only ever adds: what earlier versions made stays, and has
 * to replay.
 */
import { readConfig } from "../../src/config.ts";
import { findTemporal } from "../../src/temporal/executable.ts";
import { withTemporal } from "../fixtures/temporal.ts";
import { HISTORY_CASES } from "./cases.ts";
import { addHistory, eventsOf } from "./files.ts";

const USAGE = `usage: deno task record [CASE ...]

Goes the CASEs, or all, through the workflows as they are now, and adds a history to tests/histories/ for each whose path is not there
yet. Do it after a change of a workflow. Histories that are there are never changed: the replay test keeps replaying them, since batches
and runs that began under an earlier version go on under this one. If one of them does not replay, the change breaks what is running:
branch with patched() in the workflow instead of recording.

${Object.keys(HISTORY_CASES).map((name) => `  ${name}`).join("\n")}`;

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const unknown = args.filter((arg) => !Object.hasOwn(HISTORY_CASES, arg));
  if (unknown.length > 0) {
    console.error(`There is no case ${unknown.map((arg) => JSON.stringify(arg)).join(", ")}.\n\n${USAGE}`);
    return 2;
  }
  const config = readConfig();
  const { path } = await findTemporal({ ...config.temporal, cacheFolder: config.home, report: console.log });
  Deno.env.set("MILLWRIGHT_TEMPORAL_CLI", path);
  const day = new Date().toISOString().slice(0, 10);
  let news = false;
  await withTemporal(async (bench) => {
    for (const name of args.length === 0 ? Object.keys(HISTORY_CASES) : args) {
      const went = await HISTORY_CASES[name](bench);
      const [workflowId, runId] = typeof went === "string" ? [went, undefined] : went;
      const handle = bench.client.workflow.getHandle(workflowId, runId);
      const { file, added } = await addHistory({ name, events: eventsOf(await handle.fetchHistory()) }, { day });
      news ||= added;
      console.log(added ? `${name}: added ${file}` : `${name}: goes the way of ${file}`);
    }
  });
  if (news) console.log("Now see that the histories of earlier versions replay too: deno task test replay");
  return 0;
}

// The SDK's native part keeps the process alive.
process.exit(await main(process.argv.slice(2)));
