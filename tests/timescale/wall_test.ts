/** Behind the wall a statement that forgets its tenant sees and changes what is the tenant's own, and nothing else. */
import assert from "node:assert/strict";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import { createStore } from "../../src/timescale/store.ts";
import { asTenant, raiseWall } from "../../src/timescale/wall.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { fill } from "../fixtures/filled.ts";

/** They can have no policy, since they are compressed: their wall is that each statement names the tenant. */
const HYPERTABLES = ["reading", "reading_minute", "reading_hour"];

for (const engine of ENGINES) {
  Deno.test(`the wall on the ${engine.name} store`, async (t) => {
    await withMigrated(engine, async ({ sql }) => {
      await t.step("is raised once, also by many at a time", async () => {
        const faults = await Promise.all(Array.from({ length: 10 }, () => raiseWall(sql)));
        assert.deepEqual(faults.filter((fault) => fault !== undefined), []);
        const tables = await sql<{ name: string; policies: number }[]>`
          SELECT relname AS name, (SELECT count(*)::int FROM pg_policy WHERE polrelid = pg_class.oid) AS policies
          FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
          WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`;
        assert.ok(tables.length >= 18, `${tables.length} tables`);
        for (const { name, policies } of tables) assert.equal(policies, HYPERTABLES.includes(name) ? 0 : 1, name);
      });
      await fill(sql, { batches: 50, events: 50, alerts: 20, sensors: 5 });
      const own = (await createStore(sql).tenants.create("own"))!;
      const plain = createStore(sql);
      await plain.sensors.addUnregistered(own.id, [{ key: "own", unit: undefined }]);

      await t.step("shows what is the tenant's own where a statement forgets to ask for it", async () => {
        await sql.begin(async (tx) => {
          await asTenant(tx, own.id);
          assert.deepEqual((await tx`SELECT key FROM sensor`).map(({ key }) => key), ["own"]);
          for (const table of ["batch", "alert", "event", "source", "quarantined_reading", "batch_payload"]) {
            assert.equal((await tx`SELECT FROM ${tx(table)}`).length, 0, table);
          }
          assert.equal((await tx`UPDATE alert SET reason = 'changed'`).count, 0);
          assert.equal((await tx`DELETE FROM batch_stage`).count, 0);
        });
        assert.equal((await sql`SELECT FROM alert WHERE reason = 'changed'`).length, 0);
      });
      await t.step("takes no row for another tenant", async () => {
        const forged = sql.begin(async (tx) => {
          await asTenant(tx, own.id);
          await tx`INSERT INTO source (tenant_id, key) VALUES (1, 'forged')`;
        });
        await assert.rejects(forged, /row-level security/);
      });
      await t.step("ends with its transaction, and holds up nobody who works for all", async () => {
        assert.ok((await sql`SELECT FROM batch`).length >= 50);
        const [{ role }] = await sql`SELECT current_user AS role, current_setting('role') AS set`;
        assert.equal(role, "postgres");
      });
      await t.step("is in the way of none of a store's calls, by themselves or in a transaction", async () => {
        const walled = createStore(sql, { walled: true });
        const first = 1 as TenantId;
        assert.equal((await walled.sensors.byKeys(first, ["own"])).length, 0);
        assert.equal((await walled.sensors.byKeys(own.id, ["own"])).length, 1);
        const seen = await walled.transaction(async (store) => {
          const both = await Promise.all([store.sensors.byKeys(own.id, ["own"]), store.sensors.byKeys(first, ["own"])]);
          await store.tenants.lock(own.id);
          return [...both.map((sensors) => sensors.length), await store.batches.unfinished(first)];
        });
        assert.deepEqual(seen, [1, 0, 10]);
        assert.equal((await walled.keys.known(0)).length, 0);
      });
    });
  });
}
