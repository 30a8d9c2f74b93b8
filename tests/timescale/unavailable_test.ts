/** What is tried again for as long as it takes, and what is wrong and stays so. */
import assert from "node:assert/strict";
import { isUnavailable, StoreStopped } from "../../src/timescale/unavailable.ts";
import { ENGINES } from "../fixtures/engines.ts";

function coded(code: string): Error {
  return Object.assign(new Error("from the driver"), { code });
}

Deno.test("a store that is away, full, busy or read-only is tried again; a statement that is wrong is not", () => {
  const away = [
    ...["08000", "08001", "08003", "08004", "08006", "08007"],
    ...["53100", "53300", "57P01", "57P02", "57P03", "57P05", "57014", "55P03", "25006"],
    ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"],
    ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH"],
  ];
  const wrong = [
    ...["08P01", "53000", "53200", "53400", "54000", "54001", "54011", "54023", "55006", "57P04", "58030"],
    ...["22P02", "23505", "25P02", "26000", "40001", "42703", "42P01", "XX000", "MAX_PARAMETERS_EXCEEDED"],
  ];
  assert.deepEqual(away.filter((code) => !isUnavailable(coded(code))), []);
  assert.deepEqual(wrong.filter((code) => isUnavailable(coded(code))), []);
  assert.ok(isUnavailable(new StoreStopped("it stopped")));
  assert.ok(!isUnavailable(new Error("The embedded store stopped, says somebody else")));
});

for (const engine of ENGINES) {
  Deno.test(`the ${engine.name} store refuses what is too large for it as a wrong statement`, async () => {
    await engine.withConnection(async ({ sql }) => {
      const tooLarge = {
        "54011": `SELECT ${Array(2_000).fill("1").join(",")}`,
        "54023": `SELECT now(${Array(101).fill("1").join(",")})`,
      };
      for (const [code, statement] of Object.entries(tooLarge)) {
        await assert.rejects(sql.unsafe(statement), (error: Error & { code?: string }) => {
          assert.equal(error.code, code);
          return !isUnavailable(error);
        });
      }
      assert.equal((await sql`SELECT 1 AS one`)[0].one, 1);
    });
  });
}
