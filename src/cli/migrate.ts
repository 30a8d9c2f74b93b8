import { join } from "node:path";
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../app.ts";
import { readConfig } from "../config.ts";
import { connectStore } from "../timescale/connect.ts";
import { openInstallation } from "../timescale/installation.ts";
import { migrate } from "../timescale/migrate.ts";

const USAGE = `usage: deno task migrate [--new-installation]

Brings the store (DATABASE_URL, or the embedded one under .millwright/) to the schema of this code. Every start does the same; several
at once wait for each other.

  --new-installation  give the store a new id, after it was restored from a backup in its own place: a Temporal server
                      that still knows workflows by the old id takes them for those of another life then`;

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { help: { type: "boolean", short: "h" }, "new-installation": { type: "boolean" } },
  });
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
    if (values["new-installation"]) {
      const { id } = await openInstallation(connection.sql, { renew: true });
      console.log(`The installation is ${id} from now on: restart every gateway and worker.`);
    }
    return 0;
  } finally {
    await connection.close();
  }
}
