/** A store that an earlier release made is brought to this one with all that it holds. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchId } from "../../src/domain/intake/batch.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, MIGRATIONS } from "../fixtures/engines.ts";

/** The migrations up to `last`. */
async function withEarlier(last: number, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-migrations-"));
  for (const name of await readdir(MIGRATIONS)) {
    if (Number(name.slice(0, 4)) <= last) await cp(join(MIGRATIONS, name), join(folder, name));
  }
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const engine of ENGINES) {
  Deno.test(`a ${engine.name} store of the first release keeps batches, payloads and ledger, and goes on`, async () => {
    await engine.withConnection(async ({ sql }) => {
      await withEarlier(5, async (folder) => void await migrate(sql, { folder }));
      await sql`INSERT INTO source (tenant_id, key, last_position) VALUES (1, 's', 3)`;
      for (const [id, state] of [[1, "processed"], [2, "enriched"], [3, "accepted"]] as const) {
        await sql`INSERT INTO batch (id, tenant_id, source_id, position, idempotency_key, content_hash, payload, readings, state)
          OVERRIDING SYSTEM VALUE VALUES (${id}, 1, 1, ${id}, ${`k${id}`}, 'h', ${`payload ${id}`}, 1, ${state})`;
        await sql`INSERT INTO batch_stage (tenant_id, batch_id, run, stage, result) VALUES (1, ${id}, 1, 'ingest', ${`${id}`})`;
      }
      await migrate(sql, { folder: MIGRATIONS });
      const store = createStore(sql);
      const { id: tenantId } = (await store.tenants.byKey("default"))!;
      for (const id of [1, 2, 3] as BatchId[]) {
        assert.equal((await store.batches.landed(tenantId, id))!.payload, `payload ${id}`);
        assert.equal(await store.batches.stageResult(tenantId, id, "ingest"), `${id}`);
      }
      const sourceId = (await store.sources.byKey(tenantId, "s"))!;
      assert.equal(await store.sources.ready(tenantId, sourceId), 2);
      assert.deepEqual((await store.sources.queue(tenantId, sourceId, 10)).map(({ id }) => id), [2, 3]);
    });
  });
}
