/** What becomes of notifications, and addresses and secrets that channels can have. */
import assert from "node:assert/strict";
import { addressFault, type ChannelKind, secretFault, shownAddress } from "../../../src/domain/alerting/channel.ts";
import { ATTEMPTS_MAX, retryAfter } from "../../../src/domain/alerting/notification.ts";

const FAILED = { arrived: false, final: false, detail: "" } as const;

Deno.test("waits between attempts grow to an hour, last a night in all, and come to an end", () => {
  const waits = Array.from({ length: ATTEMPTS_MAX }, (_, i) => retryAfter(i + 1, FAILED));
  assert.deepEqual(waits.slice(0, 8), [5, 15, 45, 135, 405, 1_215, 3_600, 3_600].map((seconds) => seconds * 1_000));
  assert.equal(waits.at(-1), undefined);
  const hours = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0) / 3_600_000;
  assert.ok(hours > 8 && hours < 12, `${hours} h`);
});

Deno.test("a recipient's wish for a pause is kept within bounds, and what is final is not tried again", () => {
  assert.equal(retryAfter(1, { ...FAILED, retryAfterMs: 60_000 }), 60_000);
  assert.equal(retryAfter(3, { ...FAILED, retryAfterMs: 1 }), 45_000);
  assert.equal(retryAfter(1, { ...FAILED, retryAfterMs: 1e9 }), 3_600_000);
  assert.equal(retryAfter(1, { ...FAILED, final: true }), undefined);
});

Deno.test("addresses that lead nowhere are refused in words", () => {
  const cases: [ChannelKind, string, RegExp | undefined][] = [
    ["webhook", "https://plant.example/hook?token=x", undefined],
    ["webhook", "http://[2001:db8::1]:8080/", undefined],
    ["webhook", "ftp://plant.example/", /is no URL/],
    ["webhook", "https://", /is no URL/],
    ["webhook", "https://user:secret@plant.example/", /holds a user or a password/],
    ["webhook", "https://plant.example/#there", /is no URL/],
    ["webhook", "https://[::1", /is no URL/],
    ["webhook", `https://plant.example/${"x".repeat(2_000)}`, /characters long/],
    ["alertmanager", "http://alertmanager:9093", undefined],
    ["email", "operator@plant.example", undefined],
    ["email", "operator@plant.example\r\nBcc: all@plant.example", /is no mailbox/],
    ["email", "a@b.example, c@d.example", /is no mailbox/],
    ["email", "<a@b.example>", /is no mailbox/],
    ["console", "", undefined],
    ["console", "x", /is not used/],
  ];
  for (const [kind, address, fault] of cases) {
    const text = addressFault(kind, address);
    if (fault === undefined) assert.equal(text, undefined, address);
    else assert.match(text!, fault);
  }
});

Deno.test("what is shown of an address holds no secret", () => {
  assert.equal(
    shownAddress({ kind: "webhook", address: "https://plant.example/T0/B0/s3cret" }),
    "https://plant.example/…",
  );
  assert.equal(
    shownAddress({ kind: "webhook", address: "https://plant.example?key=s3cret" }),
    "https://plant.example/…",
  );
  assert.equal(shownAddress({ kind: "alertmanager", address: "http://am:9093/" }), "http://am:9093");
  assert.equal(shownAddress({ kind: "email", address: "a@b.example" }), "a@b.example");
});

Deno.test("secrets are long enough, and fit into a header", () => {
  assert.match(secretFault("webhook", undefined)!, /is needed/);
  assert.match(secretFault("webhook", "short")!, /16 to 500/);
  assert.match(secretFault("alertmanager", "line\r\nbreak-in-a-token")!, /white space/);
  assert.equal(secretFault("webhook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), undefined);
  assert.equal(secretFault("alertmanager", undefined), undefined);
  assert.match(secretFault("email", "0123456789abcdef")!, /is not used/);
});
