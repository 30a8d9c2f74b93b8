/** Nothing is sent to addresses that are nobody's business outside, however they are written or named. */
import assert from "node:assert/strict";
import { AddressRefused, createGuard, NameUnresolved } from "../../src/notify/guard.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "public.example": ["93.184.215.14"],
  "private.example": ["10.1.2.3"],
  "mixed.example": ["93.184.215.14", "127.0.0.1"],
  "mapped.example": ["::ffff:169.254.169.254"],
  "nothing.example": [],
};
const resolve = (host: string) => Promise.resolve(NAMES[host] ?? []);

Deno.test("private, local and reserved addresses are refused, in every form in which they can be written", async () => {
  const guard = createGuard([], resolve);
  const refused = [
    "127.0.0.1",
    "0.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fdff::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::a00:1]",
    "[2002:7f00:1::]",
    "[2001:db8::1]",
    "private.example",
    "mixed.example",
    "mapped.example",
  ];
  for (const host of refused) await assert.rejects(guard.admit(host), AddressRefused, host);
  // What the parser of URLs makes of other ways of writing addresses.
  for (
    const url of [
      "http://2130706433/",
      "http://0x7f.1/",
      "http://0177.0.0.1/",
      "http://127.1/",
      "http://[::127.0.0.1]/",
    ]
  ) {
    await assert.rejects(guard.admit(new URL(url).hostname), AddressRefused, url);
  }
});

Deno.test("public addresses are admitted, and the connection goes to the one that was checked", async () => {
  const guard = createGuard([], resolve);
  assert.deepEqual(await guard.admit("public.example"), { address: "93.184.215.14", family: 4 });
  assert.deepEqual(await guard.admit("172.32.0.1"), { address: "172.32.0.1", family: 4 });
  assert.deepEqual(await guard.admit("[2606:4700::1]"), { address: "2606:4700::1", family: 6 });
  await assert.rejects(guard.admit("nothing.example"), NameUnresolved);
});

Deno.test("what the settings allow is admitted, and nothing beside it", async () => {
  const guard = createGuard(["10.1.0.0/16", "::1/128", "127.0.0.1/32"], resolve);
  assert.equal((await guard.admit("private.example")).address, "10.1.2.3");
  assert.equal((await guard.admit("[::1]")).family, 6);
  assert.equal((await guard.admit("[::ffff:127.0.0.1]")).address, "::ffff:127.0.0.1");
  await assert.rejects(guard.admit("10.2.0.1"), AddressRefused);
  await assert.rejects(guard.admit("127.0.0.2"), AddressRefused);
});
