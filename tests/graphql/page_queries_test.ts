/** What the page asks of the gateway besides what other clients do. */
import assert from "node:assert/strict";
import { ENGINES } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";
for (const engine of ENGINES) {
  Deno.test(`queries of the page, ${engine}`, () =>
    withGateway(engine, async ({ ask }) => {
      console.log(
        JSON.stringify(
          await ask(
            `{ plant { now standing { critical worst } sensorCounts { all learning silent } roots { key } unplaced { key } } sources { key } quarantineCounts { reason } quarantine { raw } urgentAlerts { id } system { ok parts { name } } search(text: "x") { assets { key } } }`,
          ),
        ),
      );
      assert.ok(true);
    }));
}
