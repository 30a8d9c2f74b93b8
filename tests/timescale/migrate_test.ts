/** Migrations, on each engine. */
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectedVersion, migrate, MigrationRefused, schemaVersion } from "../../src/timescale/migrate.ts";
import { ENGINES, MIGRATIONS } from "../fixtures/engines.ts";

async function withCopy(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-migrations-"));
  await cp(MIGRATIONS, folder, { recursive: true });
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const engine of ENGINES) {
  Deno.test(`migrations on the ${engine.name} store`, async (t) => {
    await engine.withConnection(async ({ sql }) => {
      const last = await expectedVersion(MIGRATIONS);

      await t.step("an empty store has version 0", async () => assert.equal(await schemaVersion(sql), 0));

      await t.step("twenty at once apply each file once", async () => {
        const runs = await Promise.all(Array.from({ length: 20 }, () => migrate(sql, { folder: MIGRATIONS })));
        const applied = runs.flatMap(({ applied }) => applied);
        assert.equal(applied.length, last);
        assert.equal(new Set(applied).size, last);
        assert.equal(await schemaVersion(sql), last);
      });

      await t.step("a second time there is nothing to do", async () => {
        assert.deepEqual(await migrate(sql, { folder: MIGRATIONS }), { applied: [], version: last });
      });

      await t.step("a file that fails leaves nothing of itself", async () => {
        await withCopy(async (folder) => {
          await writeFile(
            join(folder, `${String(last + 1).padStart(4, "0")}_broken.sql`),
            "CREATE TABLE half (id int); SELECT nope;",
          );
          await assert.rejects(migrate(sql, { folder }), /nope/);
          assert.equal(await schemaVersion(sql), last);
          const [{ half }] = await sql<{ half: string | null }[]>`SELECT to_regclass('half')::text AS half`;
          assert.equal(half, null);
        });
      });

      await t.step("a file that was edited after it was applied is refused by name", async () => {
        await withCopy(async (folder) => {
          await writeFile(join(folder, "0001_assets_and_sensors.sql"), "SELECT 1;");
          await assert.rejects(
            migrate(sql, { folder }),
            (error: Error) => error instanceof MigrationRefused && /0001_assets_and_sensors/.test(error.message),
          );
        });
      });

      await t.step("a gap in the numbers is refused", async () => {
        await withCopy(async (folder) => {
          await rm(join(folder, "0002_batches.sql"));
          await assert.rejects(migrate(sql, { folder }), MigrationRefused);
        });
      });

      await t.step("a store that is newer than the code is refused in one sentence", async () => {
        await sql`INSERT INTO migration (version, name, hash) VALUES (${last + 1}, 'from tomorrow', '')`;
        await assert.rejects(migrate(sql, { folder: MIGRATIONS }), /start the newer release/);
      });
    });
  });
}
