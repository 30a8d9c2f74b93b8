/** Remakes the golden files; what changed in them is reviewed like code. */
import { printSchema } from "graphql";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { schema } from "../../graphql/schema.ts";
import { readConfig, settingsText } from "../../src/config.ts";
import { findTemporal } from "../../src/temporal/executable.ts";
import { detectSample } from "../fixtures/sample.ts";
import { recordHistories } from "./histories.ts";

const config = readConfig();
const { path } = await findTemporal({ ...config.temporal, cacheFolder: config.home, report: console.log });
Deno.env.set("MILLWRIGHT_TEMPORAL_CLI", path);

await writeFile(fileURLToPath(new URL("schema.graphql", import.meta.url)), `${printSchema(schema)}\n`);
const head = "# Settings and their defaults. Copy to .env and start with: deno run -A --env-file src/main.ts start\n\n";
await writeFile(fileURLToPath(new URL("../../.env.example", import.meta.url)), `${head}${settingsText().trimEnd()}\n`);
await writeFile(fileURLToPath(new URL("sample_detection.json", import.meta.url)), `${JSON.stringify(await detectSample(), undefined, 2)}\n`);
console.log("wrote schema.graphql, sample_detection.json and .env.example");
await recordHistories();
// The SDK's native part keeps the process alive.
process.exit(0);
