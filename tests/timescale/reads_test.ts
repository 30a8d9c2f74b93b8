/** The connections that clients' queries use on a server: bounded in time, and not for writing. */
import assert from "node:assert/strict";
import { createStore } from "../../src/timescale/store.ts";
import { isUnavailable } from "../../src/timescale/unavailable.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";

for (const engine of ENGINES.filter(({ name }) => name === "native")) {
  Deno.test(`${engine.name}: a query that takes too long ends, and can be told from a wrong one`, async () => {
    await withMigrated(engine, async ({ reads }) => {
      const [{ limit }] = await reads<{ limit: string }[]>`SELECT current_setting('statement_timeout') AS limit`;
      assert.equal(limit, "5s");
      const tooLong = reads.begin(async (tx) => {
        await tx`SET LOCAL statement_timeout = 20`;
        await tx`SELECT pg_sleep(5)`;
      });
      await assert.rejects(tooLong, (error: Error) => isUnavailable(error));
    });
  });

  Deno.test(`${engine.name}: they write nothing, and everything else goes on writing`, async () => {
    await withMigrated(engine, async ({ sql, reads }) => {
      await assert.rejects(reads`INSERT INTO tenant (key, name) VALUES ('other', 'Other')`.execute(), /read-only/);
      const store = createStore(sql);
      const tenant = (await createStore(reads).tenants.byKey("default"))!;
      await store.sensors.addUnregistered(tenant.id, [{ key: "a", unit: undefined }]);
      assert.equal((await createStore(reads).sensors.byKeys(tenant.id, ["a"])).length, 1);
    });
  });
}
