import { join } from "node:path";
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../app.ts";
import { readConfig } from "../config.ts";
import { connectStore } from "../timescale/connect.ts";
import { migrate } from "../timescale/migrate.ts";

const USAGE = `usage: deno task migrate

Brings the store (DATABASE_URL, or the embedded one under .millwright/) to the schema of this code. Every start does the same; several
at once wait for each other.`;

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const config = readConfig();
  const report = (line: string) => console.error(line);
  const { databaseUrl, home } = config;
  const connection = await connectStore({ databaseUrl, dataFolder: join(home, "store"), report });
  try {
    const { applied, version } = await migrate(connection.sql, { folder: MIGRATIONS, report });
    console.log(
      applied.length === 0 ? `Nothing to do: the store has migration ${version}.` : `Applied ${applied.join(", ")}.`,
    );
    return 0;
  } finally {
    await connection.close();
  }
}
