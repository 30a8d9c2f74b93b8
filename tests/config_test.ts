import assert from "node:assert/strict";
import { checkOpenness, ConfigFaults, readConfig } from "../src/config.ts";
import { assertGolden } from "./golden/parts.ts";

Deno.test("an empty environment gives the defaults, on loopback", () => {
  const config = readConfig({});
  assert.deepEqual([config.gateway.host, config.gateway.port, config.home, config.databaseUrl], [
    "127.0.0.1",
    4000,
    ".millwright",
    undefined,
  ]);
});

Deno.test("all faults are reported at once, each with its variable", () => {
  const environment = {
    MILLWRIGHT_PORT: "eighty",
    TEMPORAL_ADDRESS: "nowhere",
    DATABASE_URL: "mysql://x",
    MILLWRIGHT_LOG: "xml",
    MILLWRIGHT_PROT: "1",
    MILLWRIGHT_TURN_WAIT_MAX_SECONDS: "-1",
  };
  assert.throws(() => readConfig(environment), (error: Error) => {
    assert.ok(error instanceof ConfigFaults);
    for (const name of Object.keys(environment)) assert.match(error.message, new RegExp(`^  ${name}: `, "m"));
    return true;
  });
});

Deno.test("an address that is not loopback needs keys, or a second word while nobody has to log in", () => {
  const everywhere = readConfig({ MILLWRIGHT_HOST: "0.0.0.0" }).gateway;
  assert.throws(() => checkOpenness(everywhere, { isOpen: true }), /reachable from other machines/);
  checkOpenness(everywhere, { isOpen: false });
  checkOpenness(readConfig({ MILLWRIGHT_HOST: "0.0.0.0", MILLWRIGHT_ALLOW_OPEN: "true" }).gateway, { isOpen: true });
  for (const host of ["127.0.0.1", "::1", "localhost"]) {
    checkOpenness(readConfig({ MILLWRIGHT_HOST: host }).gateway, { isOpen: true });
  }
});

Deno.test("a key that is written where a setting wants something else is not repeated in a fault", () => {
  const key = `mwk_abcdefgh_${"a".repeat(32)}`;
  assert.throws(
    () => readConfig({ MILLWRIGHT_PORT: key, MILLWRIGHT_KEY: `${key}!` }),
    (error: Error) => !error.message.includes(key) && /MILLWRIGHT_KEY: has to be a key/.test(error.message),
  );
});

Deno.test("a password in an address is not repeated in a fault", () => {
  assert.throws(
    () => readConfig({ DATABASE_URL: "http://user:secret@host/x" }),
    (error: Error) => !error.message.includes("secret"),
  );
});

Deno.test(".env.example lists every setting with its default", async () => {
  await assertGolden("settings");
});
