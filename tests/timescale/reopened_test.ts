/** An embedded store in a folder is the same when it is opened again. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectStore } from "../../src/timescale/connect.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import { createStore } from "../../src/timescale/store.ts";
import { MIGRATIONS } from "../fixtures/engines.ts";
import { newSensors, newTenant, storeReadings } from "../fixtures/history.ts";

const T0 = Date.UTC(2024, 0, 1);

Deno.test("opened again, the embedded store reads what is compressed, and takes readings at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millwright-store-"));
  try {
    let connection = await connectStore({ dataFolder: folder });
    await migrate(connection.sql, { folder: MIGRATIONS });
    let store = createStore(connection.sql, { edition: connection.edition });
    const tenantId = await newTenant(connection.sql, "t");
    const [sensorId] = await newSensors(store, tenantId, ["a"]);
    await storeReadings(store, { tenantId, sensorId }, [[T0, 1], [T0 + 1_000, 2]]);
    const parts = await store.upkeep.compressible(Date.now());
    assert.equal(parts.length, 1);
    await store.upkeep.compress(parts[0]);
    await connection.close();

    connection = await connectStore({ dataFolder: folder });
    store = createStore(connection.sql, { edition: connection.edition });
    await storeReadings(store, { tenantId, sensorId }, [[T0 + 2_000, 3]]);
    const range = { from: T0, to: T0 + 60_000, limit: 10 };
    assert.deepEqual([...(await store.readings.series(tenantId, sensorId, range)).value], [1, 2, 3]);
    assert.deepEqual((await store.readings.points(tenantId, sensorId, range)).map(({ mean }) => mean), [1, 2, 3]);
    await connection.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
