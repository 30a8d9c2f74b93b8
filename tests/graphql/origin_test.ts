/** Which requests come from where they may come from. */
import assert from "node:assert/strict";
import { originFault } from "../../graphql/origin.ts";
import { withApp } from "../fixtures/app.ts";
import { fetchInTime } from "../fixtures/graphql.ts";
import { rawQuery, sendRaw } from "../fixtures/raw_http.ts";

const ALLOWED = { hosts: ["plant.example"], origins: ["https://board.example"] };

function faultOf(headers: Record<string, string>): string | undefined {
  return originFault(new Request("http://127.0.0.1:4000/graphql", { headers }), ALLOWED)?.code;
}

Deno.test("programs, and pages of names that are ours, are welcome", () => {
  for (
    const host of [
      "localhost",
      "localhost:4000",
      "mill.localhost:1",
      "127.0.0.1:4000",
      "127.8.9.1",
      "[::1]:4000",
      "plant.example",
      "PLANT.example:8443",
    ]
  ) {
    assert.equal(faultOf({ host }), undefined, host);
  }
  for (
    const origin of [
      "http://localhost:3000",
      "http://127.0.0.1:4000",
      "http://[::1]",
      "https://plant.example",
      "https://board.example",
    ]
  ) {
    assert.equal(faultOf({ host: "localhost:4000", origin }), undefined, origin);
  }
});

Deno.test("other names and other sites are refused", () => {
  for (
    const host of [
      "evil.example",
      "evil.example:4000",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "notlocalhost",
      "10.0.0.1",
      "192.168.1.5:4000",
      "board.example",
      "plant.example.evil.example",
      "",
      "a b",
      "@evil.example",
    ]
  ) {
    assert.equal(faultOf({ host }), "HOST_NOT_ALLOWED", host);
  }
  for (
    const origin of [
      "http://evil.example",
      "https://localhost.evil.example",
      "null",
      "http://board.example",
      "https://board.example:444",
      "file://",
      "chrome-extension://abc",
    ]
  ) {
    assert.equal(faultOf({ host: "localhost:4000", origin }), "ORIGIN_NOT_ALLOWED", origin);
  }
});

Deno.test("what a page of another site asks for without naming its origin is refused; a link to us may be followed", () => {
  const host = "localhost:4000";
  for (const site of ["cross-site", "same-site"]) {
    assert.equal(faultOf({ host, "sec-fetch-site": site, "sec-fetch-mode": "no-cors" }), "ORIGIN_NOT_ALLOWED");
    assert.equal(faultOf({ host, "sec-fetch-site": site, "sec-fetch-mode": "navigate" }), undefined);
  }
  assert.equal(faultOf({ host, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), undefined);
  assert.equal(faultOf({ host, "sec-fetch-site": "none" }), undefined);
});

Deno.test("the service refuses foreign hosts and origins in a sentence, and answers probes by any name", async (t) => {
  const env = { MILLWRIGHT_ALLOWED_HOSTS: "plant.example", MILLWRIGHT_ALLOWED_ORIGINS: "https://board.example" };
  await withApp(async ({ url }) => {
    await t.step("host", async () => {
      const refused = await sendRaw(url, rawQuery("{ eventCursor }", { host: "evil.example" }));
      assert.equal(refused.status, 403);
      assert.match(refused.text, /MILLWRIGHT_ALLOWED_HOSTS/);
      assert.match(
        (await sendRaw(url, rawQuery("{ eventCursor }", { host: "plant.example" }))).text,
        /"eventCursor":"/,
      );
    });
    await t.step("origin", async () => {
      const host = new URL(url).host;
      const refused = await sendRaw(url, rawQuery("{ eventCursor }", { host, origin: "http://evil.example" }));
      assert.equal(refused.status, 403);
      assert.match(refused.text, /MILLWRIGHT_ALLOWED_ORIGINS/);
      const allowed = await fetchInTime(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: "https://board.example" },
        body: JSON.stringify({ query: "{ eventCursor }" }),
      });
      assert.equal(allowed.headers.get("access-control-allow-origin"), "https://board.example");
      assert.ok((await allowed.json()).data.eventCursor);
    });
    await t.step("upgrades to WebSocket and streams", async () => {
      const upgrade =
        "GET /graphql HTTP/1.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n" +
        `sec-websocket-key: ${btoa("0123456789abcdef")}\r\nsec-websocket-protocol: graphql-transport-ws\r\n`;
      const { host } = new URL(url);
      assert.equal((await sendRaw(url, `${upgrade}host: ${host}\r\norigin: http://evil.example\r\n\r\n`)).status, 403);
      assert.equal((await sendRaw(url, `${upgrade}host: evil.example\r\n\r\n`)).status, 403);
      const stream = `GET /graphql?query=${
        encodeURIComponent("subscription{alerts{cursor}}")
      } HTTP/1.1\r\naccept: text/event-stream\r\n`;
      assert.equal((await sendRaw(url, `${stream}host: evil.example\r\n\r\n`)).status, 403);
      assert.equal((await sendRaw(url, `${stream}host: ${host}\r\norigin: http://evil.example\r\n\r\n`)).status, 403);
    });
    await t.step("a probe by the address of a pod", async () => {
      assert.equal((await sendRaw(url, "GET /health/live HTTP/1.1\r\nhost: 10.1.2.3:4000\r\n\r\n")).status, 200);
    });
  }, env);
});
