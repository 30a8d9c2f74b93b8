/** Mails through a real mail server in this process. */
import assert from "node:assert/strict";
import type { AddressInfo, Server } from "node:net";
import { SMTPServer } from "smtp-server";
import type { SecretChannel } from "../../src/domain/alerting/channel.ts";
import type { Notification } from "../../src/domain/alerting/notification.ts";
import { createCouriers } from "../../src/notify/mod.ts";
import { within } from "../fixtures/within.ts";

const NEVER = new AbortController().signal;
interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

async function withMailServer(
  test: (url: string, mails: Mail[]) => Promise<void>,
  { silent = false }: { silent?: boolean } = {},
): Promise<void> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      password === "s3cret" ? done(null, { user: username }) : done(new Error("no")),
    onConnect: (_, done) => silent ? undefined : done(),
    onRcptTo({ address }, _, done) {
      if (address.startsWith("nobody@")) {
        return done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
      }
      if (address.startsWith("later@")) return done(Object.assign(new Error("greylisted"), { responseCode: 451 }));
      done();
    },
    onData(stream, { envelope: { mailFrom, rcptTo } }, done) {
      let text = "";
      stream.on("data", (part) => text += part);
      stream.on("end", () => {
        const from = mailFrom === false ? "" : mailFrom.address;
        mails.push({ from, to: rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  server.on("error", () => {});
  const listening = await within(
    "the mail server to listen",
    new Promise<Server>((resolve) => {
      const listening = server.listen(0, "127.0.0.1", () => resolve(listening));
    }),
  );
  const { port } = listening.address() as AddressInfo;
  try {
    await test(`smtp://127.0.0.1:${port}`, mails);
  } finally {
    await within("the mail server to close", new Promise<void>((resolve) => server.close(() => resolve())));
  }
}

const NOTIFICATION = {
  id: 7,
  key: "0a2f6f0e-0000-4000-8000-000000000007",
  alertId: 12,
  body: JSON.stringify({
    type: "alert.opened",
    timestamp: "2026-11-27T12:00:00.000Z",
    data: {
      tenant: "default",
      reason: "Route night: severity HIGH is at least HIGH.",
      alert: {
        id: "QWxlcnQ6MTI=",
        number: 12,
        kind: "anomaly",
        severity: "HIGH",
        state: "UNACKNOWLEDGED",
        score: 0.9,
        reason: "value 71.36 scored 0.9",
        openedAt: "2026-11-27T11:59:00.000Z",
        endedAt: null,
        sensor: { key: "pump-7/bearing", name: "Lager\r\nBcc: all@plant.example ü" },
        assets: [{ key: "pump-7", name: "Pump 7" }],
      },
    },
  }),
} as Notification;

function deliver(url: string | undefined, address: string, limitMs = 5_000) {
  const mail = url === undefined ? undefined : { url, from: "millwright@plant.example" };
  const couriers = createCouriers({ networks: [], mail, observe: () => {}, nowMs: () => 0, limitMs });
  return within(
    "the delivery to end",
    couriers.deliver({ kind: "email", address } as SecretChannel, NOTIFICATION, NEVER),
  );
}

Deno.test("a mail arrives with what a person needs, under an id that a repeat has too", async () => {
  await withMailServer(async (url, mails) => {
    const outcomes = [await deliver(url, "operator@plant.example"), await deliver(url, "operator@plant.example")];
    assert.deepEqual(outcomes.map(({ arrived }) => arrived), [true, true]);
    const [{ from, to, text: sent }, again] = mails;
    // Long lines are folded on the way.
    const text = sent.replaceAll(" =\r\n", " ");
    assert.deepEqual([from, to], ["millwright@plant.example", ["operator@plant.example"]]);
    assert.match(text, new RegExp(`^Message-ID: <${NOTIFICATION.key}@plant\\.example>\r$`, "m"));
    assert.match(again.text, new RegExp(`^Message-ID: <${NOTIFICATION.key}@plant\\.example>\r$`, "m"));
    assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(text, /value 71\.36 scored 0\.9/);
    assert.match(text, /Route night: severity HIGH is at least HIGH\./);
    // A line break in a name begins no header of its own, and nobody else gets it.
    assert.doesNotMatch(text, /^Bcc:/m);
  });
});

Deno.test("a mailbox that does not exist is final, one that asks to wait is not", async () => {
  await withMailServer(async (url) => {
    const nobody = await deliver(url, "nobody@plant.example");
    assert.deepEqual([nobody.arrived, "final" in nobody && nobody.final], [false, true]);
    assert.match(nobody.detail, /550 no such mailbox/);
    const later = await deliver(url, "later@plant.example");
    assert.deepEqual([later.arrived, "final" in later && later.final], [false, false]);
  });
});

Deno.test("a password goes along, and into no detail", async () => {
  await withMailServer(async (url, mails) => {
    const good = await deliver(url.replace("//", "//user:s3cret@"), "operator@plant.example");
    assert.deepEqual([good.arrived, mails.length], [true, 1]);
    const bad = await deliver(url.replace("//", "//user:wr0ng-one@"), "operator@plant.example");
    assert.equal(bad.arrived, false);
    assert.doesNotMatch(bad.detail, /wr0ng-one/);
  });
});

Deno.test("a mail server that is silent, away or not set costs an attempt", async () => {
  await withMailServer(async (url) => {
    const { arrived, detail } = await deliver(url, "operator@plant.example", 400);
    assert.equal(arrived, false);
    assert.match(detail, /ETIMEDOUT|took more than 0\.4 s/);
  }, { silent: true });
  assert.match((await deliver("smtp://127.0.0.1:1", "operator@plant.example")).detail, /did not take it: E/);
  assert.match((await deliver(undefined, "operator@plant.example")).detail, /No mail server is set/);
});
