/** The id of an installation, on each engine. */
import assert from "node:assert/strict";
import { openInstallation } from "../../src/timescale/installation.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";

for (const engine of ENGINES) {
  Deno.test(`an installation on the ${engine.name} store keeps its id, until it is restored elsewhere or renewed`, async () => {
    await withMigrated(engine, async ({ sql }) => {
      const opened = await Promise.all(Array.from({ length: 10 }, () => openInstallation(sql)));
      const [{ id }] = opened;
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      assert.deepEqual(opened, opened.map(() => ({ id, renewed: undefined })));

      await sql`UPDATE installation SET fingerprint = 'another cluster'`;
      const restored = await openInstallation(sql);
      assert.notEqual(restored.id, id);
      assert.equal(restored.renewed, "the database was restored");
      assert.deepEqual(await openInstallation(sql), { id: restored.id, renewed: undefined });

      const renewed = await openInstallation(sql, { renew: true });
      assert.notEqual(renewed.id, restored.id);
      assert.deepEqual(await openInstallation(sql), { id: renewed.id, renewed: undefined });
    });
  });
}
