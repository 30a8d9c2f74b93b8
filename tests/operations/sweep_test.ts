/** What the sweeper finds by the clock. */
import assert from "node:assert/strict";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import { sweep } from "../../src/operations/sweep.ts";
import { batchOf } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";

const ALERTS = 650;

for (const engine of ENGINES) {
  Deno.test(`all alerts that have lost their workflows have them again in one sweep, on the ${engine.name} store`, async () => {
    await withGateway(engine, async ({ scope, sql }) => {
      const batchId = await batchOf(scope);
      await sql`INSERT INTO sensor (tenant_id, key, name, registered) VALUES (1, 's', 's', true)`;
      await sql`
        INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, severity, state, score, reason, batch_id)
        SELECT 1, (SELECT id FROM sensor), 'anomaly', now() - n * interval '1 second', now(), 'LOW', 'unacknowledged', 0.5,
          'r', ${batchId} FROM generate_series(1, ${ALERTS}::int) n`;
      await sql`
        INSERT INTO alert_timer (tenant_id, alert_id, taken, next_at, what, nudged_at)
        SELECT 1, id, '[]', now() + interval '1 day', 'w', now() - interval '1 minute' FROM alert`;
      const started: AlertId[] = [];
      const followAlert = (_tenant: unknown, id: AlertId) => Promise.resolve(void started.push(id));
      const deps = { ...scope, workflows: { ...scope.workflows, followAlert } };
      assert.equal((await sweep(deps)).alerts, ALERTS);
      assert.equal(new Set(started).size, ALERTS, "each once");
      assert.equal((await sweep(deps)).alerts, 0, "those that were just asked have their time");
    });
  });
}
