import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canAdminister,
  endAfterRotation,
  endOf,
  holdsKey,
  isSameHash,
  type Key,
  KEY_BYTES,
  prefixIn,
  wishFault,
  withoutKeys,
  writeKey,
} from "../../../src/domain/access/key.ts";
import { ACCESS_SCOPES, type AccessScope, allows } from "../../../src/domain/access/scope.ts";

const bytes = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES });

Deno.test("a written key is read by its kind alone, and its prefix says nothing of its secret", () => {
  fc.assert(fc.property(bytes, fc.constantFrom("key" as const, "session" as const), (random, kind) => {
    const { text, prefix } = writeKey(kind, random);
    assert.equal(prefixIn(text, kind), prefix);
    assert.equal(prefixIn(text, kind === "key" ? "session" : "key"), undefined);
    assert.equal(withoutKeys(`a ${text} b`), `a ${prefix}_… b`);
    assert.ok(holdsKey(`/graphql?key=${text}&x`) && !holdsKey(prefix));
  }));
});

Deno.test("what is no key is read as none, whatever it is and however long", () => {
  const { text } = writeKey("key", new Uint8Array(KEY_BYTES));
  const strange = [
    "",
    "mwk_",
    text.slice(1),
    text.slice(0, -1),
    `${text}a`,
    ` ${text}`,
    `${text}\n`,
    text.toUpperCase(),
  ];
  for (const other of [...strange, "a".repeat(2 ** 20), `mwk_${"a".repeat(2 ** 20)}`, text.replace("_a", "_l")]) {
    assert.equal(prefixIn(other, "key"), undefined, other.slice(0, 80));
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (other) => prefixIn(other, "key") === undefined));
});

Deno.test("hashes are the same when they are equal, and not when one letter or the length differs", () => {
  const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
  fc.assert(fc.property(hash, hash, (one, other) => {
    assert.equal(isSameHash(one, other), one === other);
    assert.ok(isSameHash(one, one) && !isSameHash(one, one.slice(1)) && !isSameHash(one, "") && !isSameHash("", one));
  }));
});

Deno.test("a key ends when it is revoked, and at the instant that it expires", () => {
  assert.equal(endOf({ revokedAtMs: undefined, expiresAtMs: undefined }, 1e15), undefined);
  assert.equal(endOf({ revokedAtMs: undefined, expiresAtMs: 100 }, 99), undefined);
  assert.equal(endOf({ revokedAtMs: undefined, expiresAtMs: 100 }, 100), "expired");
  assert.equal(endOf({ revokedAtMs: 50, expiresAtMs: 100 }, 60), "revoked");
});

Deno.test("a replaced key ends after the overlap, but never later than it would have", () => {
  assert.equal(endAfterRotation({ expiresAtMs: undefined }, { nowMs: 10, overlapMs: 5 }), 15);
  assert.equal(endAfterRotation({ expiresAtMs: 12 }, { nowMs: 10, overlapMs: 5 }), 12);
  assert.equal(endAfterRotation({ expiresAtMs: undefined }, { nowMs: 10, overlapMs: 0 }), 10);
});

Deno.test("which scope lets its holder do what", () => {
  const table: Record<AccessScope, string> = {
    ingest: "ingest",
    read: "read",
    operate: "operate read",
    configure: "configure read",
    admin: "admin configure ingest operate read",
  };
  const all = Object.keys(ACCESS_SCOPES) as AccessScope[];
  for (const [granted, gives] of Object.entries(table) as [AccessScope, string][]) {
    assert.equal(all.filter((needed) => allows([granted], needed)).sort().join(" "), gives, granted);
  }
  assert.ok(allows(["ingest", "read"], "read") && !allows([], "read"));
  for (const strange of ["of_tomorrow", "", "__proto__", "constructor", "toString"]) {
    assert.ok(all.every((needed) => !allows([strange as AccessScope], needed)), strange);
  }
});

Deno.test("a wish that makes no sense is told by its field", () => {
  const faultOf = (wish: Partial<Parameters<typeof wishFault>[0]>) =>
    wishFault({ name: "gateway", scopes: ["read"], ...wish }, 1_000)?.field;
  assert.equal(faultOf({ expiresAtMs: 1_001, requestsPerSecond: 1, readingsPerSecond: 1e9 }), undefined);
  assert.equal(faultOf({ name: "" }), "name");
  assert.equal(faultOf({ name: writeKey("key", new Uint8Array(KEY_BYTES)).text }), "name");
  assert.equal(faultOf({ scopes: [] }), "scopes");
  assert.equal(faultOf({ scopes: ["read", "constructor"] }), "scopes");
  for (const expiresAtMs of [1_000, -1, NaN]) assert.equal(faultOf({ expiresAtMs }), "expiresAt");
  for (const most of [0, -1, 0.5, NaN, Infinity, 2 ** 31]) {
    assert.equal(faultOf({ requestsPerSecond: most }), "requestsPerSecond", String(most));
    assert.equal(faultOf({ readingsPerSecond: most }), "readingsPerSecond", String(most));
  }
});

Deno.test("somebody can make keys as long as a good key with the scope admin is left", () => {
  const key = (part: Partial<Key>) =>
    ({ scopes: ["admin"], revokedAtMs: undefined, expiresAtMs: undefined, ...part }) as Key;
  assert.ok(canAdminister([key({ scopes: ["read"] }), key({})], 10));
  assert.ok(!canAdminister([key({ scopes: ["configure"] }), key({ revokedAtMs: 1 }), key({ expiresAtMs: 10 })], 10));
});
