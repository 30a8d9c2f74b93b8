/** What a start and a demo say and do when something is there already. */
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { ingest } from "../fixtures/graphql.ts";
import { createWire } from "../fixtures/wire.ts";
import { within } from "../fixtures/within.ts";

Deno.test("a port that is taken is told first, with its number and what to do", async () => {
  const home = await temporaryHome();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  try {
    await assert.rejects(startAppProcess(home, { env: { MILLWRIGHT_PORT: String(port) } }), (error: Error) => {
      assert.match(error.message, new RegExp(`Port ${port} of 127.0.0.1 is in use .* set MILLWRIGHT_PORT`));
      assert.doesNotMatch(error.message, /opening the embedded store/, "nothing was started for it");
      return true;
    });
  } finally {
    taken.close();
    await rm(home, { recursive: true });
  }
});

Deno.test("a second demo ends, also when other batches were sent in between", async () => {
  const home = await temporaryHome();
  const demo = { command: "demo", ready: /Ctrl-C ends the demo/ } as const;
  try {
    const first = await startAppProcess(home, { ...demo });
    const url = /gateway\s+(http\S+)/.exec(first.log())![1];
    await ingest(url, "in between", [{ sensor: "other", time: "2024-01-01T00:00:00Z", value: 1 }], "other");
    assert.equal(await first.end("SIGINT"), 0);
    const second = await startAppProcess(home, { ...demo });
    assert.match(second.log(), /46 of 46 batches processed/);
    assert.match(second.log(), /18 alerts; 4 of 4 labelled windows have one/);
    assert.equal(await second.end("SIGINT"), 0);
  } finally {
    await rm(home, { recursive: true });
  }
});

Deno.test("a client whose line has gone silent does not hold up the end", async () => {
  const home = await temporaryHome();
  const app = await startAppProcess(home);
  const wire = await createWire(new URL(app.url));
  const { host } = wire.url;
  const options = { webSocketImpl: WebSocket, retryAttempts: 0, lazy: false, onNonLazyError: () => {} };
  const client = createClient({ url: `ws://${host}/graphql`, ...options });
  try {
    await within("the client to be greeted", new Promise<void>((resolve) => client.on("connected", () => resolve())));
    wire.silence();
    assert.equal(await app.end("SIGTERM"), 0);
  } finally {
    await wire.close();
    await rm(home, { recursive: true });
  }
});
