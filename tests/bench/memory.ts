/** Memory of the all-in-one service over 5,000 batches: it has to stay flat once its caches are full. */
import { rm } from "node:fs/promises";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { drive, freshState } from "./pipeline.ts";
import { processesUnder } from "./processes.ts";

const BATCHES = 5_000;
const SHAPE = { n: 200, sources: 4, inFlight: 2 };
const LOOK_EVERY = 500;

export async function run(): Promise<void> {
  const home = await temporaryHome();
  const app = await startAppProcess(home, { env: { MILLWRIGHT_LOG_LEVEL: "info" } });
  const state = freshState(SHAPE);
  console.log("\nbatches  memory of each process");
  for (let target = LOOK_EVERY; target <= BATCHES; target += LOOK_EVERY) {
    await drive(app.url, SHAPE, {
      state,
      sentAtMs: new Map(),
      until: (source) => state.next[source] >= target / SHAPE.sources,
    });
    const usage = await processesUnder(app.pid);
    console.log(
      `${String(target).padStart(7)}  ${usage.map(({ name, rssMb }) => `${name} ${rssMb.toFixed(0)} MB`).join(", ")}`,
    );
  }
  await app.end("SIGTERM");
  await rm(home, { recursive: true });
}
