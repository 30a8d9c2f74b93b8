/** Brings a store to the schema of this code: numbered SQL files, forward only, each once. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type postgres from "postgres";

type Sql = postgres.Sql<{ bigint: number }>;

/** The store and the files do not belong together. */
export class MigrationRefused extends Error {
  override readonly name = "MigrationRefused";
}

export interface MigrateOptions {
  readonly folder: string;
  readonly report?: (line: string) => void;
}

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

// Any number will do, as long as nothing else in the database uses it.
const LOCK = 7_305_241;

/**
 * Applies what is missing, file by file, each in a transaction; several processes at once wait for each other. Throws
 * `MigrationRefused`.
 */
export async function migrate(
  sql: Sql,
  { folder, report }: MigrateOptions,
): Promise<{ applied: string[]; version: number }> {
  const migrations = await readMigrations(folder);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await apply(sql, { migration, newest: migrations.at(-1)!.version })) {
      applied.push(migration.name);
      report?.(`applied ${migration.name}`);
    }
  }
  return { applied, version: migrations.at(-1)?.version ?? 0 };
}

/** True when it was missing. The lock is the transaction's: it cannot outlive a process that dies. */
async function apply(sql: Sql, { migration, newest }: { migration: Migration; newest: number }): Promise<boolean> {
  const { version, name, text, hash } = migration;
  return await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${LOCK})`;
    await tx`CREATE TABLE IF NOT EXISTS migration (
      version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const [stored] = await tx<{ last: number | null }[]>`SELECT max(version) AS last FROM migration`;
    if (stored.last !== null && stored.last > newest) {
      throw new MigrationRefused(
        `The store has migration ${stored.last}, but this code knows ${newest} only: start the newer release, or use another store.`,
      );
    }
    const [known] = await tx<{ hash: string }[]>`SELECT hash FROM migration WHERE version = ${version}`;
    if (known !== undefined) {
      if (known.hash === hash) return false;
      throw new MigrationRefused(
        `${name} is not what was applied to this store: applied migrations may not be edited, add a new one.`,
      );
    }
    await tx`INSERT INTO migration (version, name, hash) VALUES (${version}, ${name}, ${hash})`;
    await tx.unsafe(text);
    return true;
  });
}

/** Number of the last migration that the store has; 0 when it has none. */
export async function schemaVersion(sql: Sql): Promise<number> {
  const [{ exists }] = await sql<{ exists: boolean }[]>`SELECT to_regclass('migration') IS NOT NULL AS exists`;
  if (!exists) return 0;
  const [{ last }] = await sql<{ last: number | null }[]>`SELECT max(version) AS last FROM migration`;
  return last ?? 0;
}

/** Number of the last migration in `folder`. */
export async function expectedVersion(folder: string): Promise<number> {
  return (await readMigrations(folder)).at(-1)?.version ?? 0;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return await Promise.all(names.map(async (name, i) => {
    const match = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name);
    if (match === null || Number(match[1]) !== i + 1) {
      throw new MigrationRefused(
        `${name} in ${folder} should be number ${i + 1}: names are NNNN_what_it_does.sql without gaps.`,
      );
    }
    const text = await readFile(join(folder, name), "utf8");
    return { version: i + 1, name, text, hash: createHash("sha256").update(text).digest("hex") };
  }));
}
