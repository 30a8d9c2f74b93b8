/** Writes the sample plant's readings to a file, or sends them to a service. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../config.ts";
import { samplePlant } from "../evaluation/sample_plant.ts";
import { createPlantFeed, HISTORY_DAYS, INTERVAL_MS } from "./plant_feed.ts";

const USAGE = `usage: deno task generate [--out FILE | --url ADDRESS] [--days N] [--seed N] [--live]

Makes readings of a plant that does not exist: eight assets, fifteen sensors, a reading a minute, with faults of the common kinds.

  --out FILE     write them as CSV: time,sensor,unit,value
  --url ADDRESS  register the plant at a service and send them, for example http://localhost:4000
                 (with keys: one with the scopes ingest and configure in MILLWRIGHT_KEY)
  --live         with --url: go on with a reading a minute until Ctrl-C
  --days N       length of the history (${HISTORY_DAYS})
  --seed N       another plant of the same kind (1)`;

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string" },
      url: { type: "string" },
      days: { type: "string", default: String(HISTORY_DAYS) },
      seed: { type: "string", default: "1" },
      live: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [days, seed] = [Number(values.days), Number(values.seed)];
  const whole = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if ((values.out === undefined) === (values.url === undefined) || !whole(days, 3_650) || !whole(seed, 2 ** 31)) {
    console.error(USAGE);
    return 2;
  }
  if (values.out !== undefined) return await writeCsv(values.out, { days, seed });
  const stopped = new AbortController();
  process.once("SIGINT", () => stopped.abort());
  const feed = await createPlantFeed({
    gateway: { url: values.url!.replace(/\/$/, ""), key: readConfig().key },
    seed,
    days,
    nowMs: Date.now(),
    signal: stopped.signal,
  });
  await feed.sendHistory();
  if (values.live) await feed.sendLive(Date.now);
  return 0;
}

async function writeCsv(file: string, { days, seed }: { days: number; seed: number }): Promise<number> {
  const to = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS;
  const plant = samplePlant({ seed, from: to - days * 86_400_000, to, intervalMs: INTERVAL_MS });
  const lines = ["time,sensor,unit,value"];
  for (let i = 0; i <= days * 86_400_000 / INTERVAL_MS; i++) {
    for (const { sensor, ts, value } of plant.next()) {
      lines.push(`${new Date(ts).toISOString()},${sensor.key},${sensor.unit},${value ?? ""}`);
    }
  }
  await writeFile(file, `${lines.join("\n")}\n`);
  console.log(`${lines.length - 1} readings of ${plant.sensors.length} sensors written to ${file}`);
  return 0;
}
