/** Signed POSTs to servers of this machine that take, redirect, hang, stutter and refuse. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { SecretChannel } from "../../src/domain/alerting/channel.ts";
import type { Notification } from "../../src/domain/alerting/notification.ts";
import { createCouriers } from "../../src/notify/mod.ts";
import { type Answering, LOOPBACK, withReceiver } from "../fixtures/receiver.ts";
import { within } from "../fixtures/within.ts";

const NEVER = new AbortController().signal;
const LIMIT_MS = 500;
const NOW = 1_790_000_000_500;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
function deliver(
  address: string,
  { networks = LOOPBACK, kind = "webhook" as SecretChannel["kind"], secret = SECRET } = {},
) {
  const couriers = createCouriers({
    networks,
    mail: undefined,
    observe: () => {},
    nowMs: () => NOW,
    limitMs: LIMIT_MS,
  });
  const channel = { kind, address, secret } as SecretChannel;
  return within("the delivery to end", couriers.deliver(channel, NOTIFICATION, NEVER));
}

const MESSAGE = {
  type: "alert.opened",
  timestamp: "2026-11-27T12:00:00.000Z",
  data: {
    tenant: "default",
    reason: "",
    alert: { severity: "HIGH", kind: "anomaly", sensor: null, assets: [], endedAt: null },
  },
};
const NOTIFICATION = {
  id: 7,
  key: "0a2f6f0e-0000-4000-8000-000000000007",
  body: JSON.stringify(MESSAGE),
} as Notification;

Deno.test("a webhook gets the body, its id, and a signature that fits", async () => {
  await withReceiver((_, response) => response.writeHead(204).end(), async (url, got) => {
    assert.deepEqual(await deliver(`${url}/hook?a=b`), { arrived: true, detail: "HTTP 204" });
    const [{ path, headers, body }] = got;
    assert.deepEqual([path, body], ["/hook?a=b", NOTIFICATION.body]);
    assert.equal(headers["webhook-id"], NOTIFICATION.key);
    assert.equal(headers["webhook-timestamp"], "1790000000");
    const signed = `${NOTIFICATION.key}.1790000000.${body}`;
    const hmac = createHmac("sha256", Buffer.from(SECRET.slice(6), "base64")).update(signed).digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${hmac}`);
  });
});

Deno.test("redirects that keep the method are followed, others are no arrival", async () => {
  const answer: Answering = ({ url }, response) => {
    const to =
      { "/307": ["307", "/308"], "/308": ["308", "/end"], "/302": ["302", "/end"], "/loop": ["307", "/loop"] }[url!];
    if (to === undefined) response.writeHead(200).end("taken");
    else response.writeHead(Number(to[0]), { location: to[1] }).end();
  };
  await withReceiver(answer, async (url, got) => {
    assert.deepEqual(await deliver(`${url}/307`), { arrived: true, detail: "HTTP 200: taken" });
    assert.deepEqual(got.map(({ path }) => path), ["/307", "/308", "/end"]);
    assert.deepEqual(await deliver(`${url}/302`), { arrived: false, final: false, detail: "HTTP 302" });
    assert.match((await deliver(`${url}/loop`)).detail, /redirects more than 3 times/);
  });
});

Deno.test("an address on a private network is refused, also behind a redirect, and nothing reaches it", async () => {
  await withReceiver((_, response) => response.end(), async (inner, innerGot) => {
    // Only the outer server may be reached: it stands for one outside.
    const hidden = inner.replace("127.0.0.1", "127.0.0.2");
    await withReceiver(
      (_, response) => response.writeHead(307, { location: hidden }).end(),
      async (outer, outerGot) => {
        const outcome = await deliver(outer);
        assert.deepEqual([outcome.arrived, "final" in outcome && outcome.final], [false, true]);
        assert.match(outcome.detail, /127\.0\.0\.2 is on a private network.*MILLWRIGHT_NOTIFY_NETWORKS/);
        assert.deepEqual([outerGot.length, innerGot.length], [1, 0]);
        assert.match((await deliver(outer, { networks: [] })).detail, /127\.0\.0\.1 is on a private network/);
        assert.match(
          (await deliver(outer.replace("127.0.0.1", "localhost"), { networks: [] })).detail,
          /\(localhost\) is on/,
        );
        assert.equal(outerGot.length, 1);
      },
    );
    for (const location of ["file:///etc/passwd", "http://a:b@127.0.0.1/", "gopher://127.0.0.1/"]) {
      await withReceiver((_, response) => response.writeHead(308, { location }).end(), async (outer) => {
        assert.match((await deliver(outer)).detail, /no plain http or https address/);
      });
    }
  });
});

Deno.test("a bearer token goes to the channel's own address alone", async () => {
  await withReceiver((_, response) => response.end(), async (other, otherGot) => {
    const answer: Answering = (_, response) => response.writeHead(307, { location: other }).end();
    await withReceiver(answer, async (url, got) => {
      assert.equal((await deliver(url, { kind: "alertmanager", secret: "token-0123456789" })).arrived, true);
      assert.equal(got[0].headers.authorization, "Bearer token-0123456789");
      assert.equal(otherGot[0].headers.authorization, undefined);
    });
  });
});

Deno.test("a recipient that hangs, talks for ever or breaks off costs its time and no more", async () => {
  await withReceiver(() => {}, async (url) => {
    assert.deepEqual(await deliver(url), { arrived: false, final: false, detail: "No answer within 0.5 s." });
  });
  await withReceiver((_, response) => {
    response.writeHead(500);
    const timer = setInterval(() => response.write("x".repeat(1_000)), 5);
    response.on("close", () => clearInterval(timer));
  }, async (url) => {
    const { arrived, detail } = await deliver(url);
    assert.deepEqual([arrived, detail], [false, `HTTP 500: ${"x".repeat(200)}`]);
  });
  await withReceiver(({ socket }) => void socket.destroy(), async (url) => {
    assert.match((await deliver(url)).detail, /^The connection failed: /);
  });
  assert.match((await deliver("http://127.0.0.1:1")).detail, /^The connection failed: ECONNREFUSED/);
});

Deno.test("what a recipient answers decides whether it is tried again, and when", async () => {
  const cases: [number, Record<string, string>, object][] = [
    [500, {}, { final: false }],
    [404, {}, { final: false }],
    [410, {}, { final: true }],
    [429, { "retry-after": "120" }, { final: false, retryAfterMs: 120_000 }],
    [503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, { final: false }],
  ];
  for (const [status, headers, expected] of cases) {
    await withReceiver((_, response) => response.writeHead(status, headers).end("a\nb\u0000"), async (url) => {
      assert.deepEqual(await deliver(url), { arrived: false, detail: `HTTP ${status}: a b`, ...expected });
    });
  }
});
