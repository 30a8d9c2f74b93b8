/** What Prometheus' Alertmanager makes of our alerts: a real one, from the Debian package prometheus-alertmanager. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecretChannel } from "../../src/domain/alerting/channel.ts";
import type { Notification } from "../../src/domain/alerting/notification.ts";
import { createCouriers } from "../../src/notify/mod.ts";
import { fetchInTime } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";

const NEVER = new AbortController().signal;
const PROGRAM = ["/usr/bin/prometheus-alertmanager"].find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});
const needed = Deno.env.get("TESTS_NEED_ALERTMANAGER") === "true";

async function freePort(): Promise<number> {
  const server = createServer();
  await within("a free port", new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const { port } = server.address() as AddressInfo;
  await within("the port to be free", new Promise((resolve) => server.close(resolve)));
  return port;
}

async function withAlertmanager(test: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-alertmanager-"));
  await writeFile(join(folder, "config.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
  const port = await freePort();
  const child = new Deno.Command(PROGRAM!, {
    args: [
      `--config.file=${join(folder, "config.yml")}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const url = `http://127.0.0.1:${port}`;
    await until("Alertmanager to be ready", async () => {
      const ready = await fetchInTime(`${url}/-/ready`).then(
        (response) => response.text().then(() => response.ok),
        () => false,
      );
      return ready || undefined;
    });
    await test(url);
  } finally {
    child.kill("SIGTERM");
    await within("Alertmanager to end", child.status);
    await rm(folder, { recursive: true });
  }
}

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
  readonly endsAt: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const NOW = Date.now();

function notification(occasion: string, severity: string, endedAt: string | null): Notification {
  const alert = {
    id: "QWxlcnQ6MTI=",
    number: 12,
    kind: "anomaly",
    severity,
    state: "UNACKNOWLEDGED",
    score: 0.9,
    reason: "value 71.36 scored 0.9",
    openedAt: new Date(NOW - 60_000).toISOString(),
    endedAt,
    sensor: { key: "pump-7/bearing", name: "Bearing" },
    assets: [{ key: "pump-7", name: "Pump 7" }],
  };
  const data = { tenant: "default", reason: "Route r: it takes every alert.", alert };
  return { body: JSON.stringify({ type: `alert.${occasion}`, timestamp: "", data }) } as Notification;
}

Deno.test({
  name: "the real Alertmanager shows an alert once, at its severity, until it is over",
  ignore: PROGRAM === undefined && !needed,
  async fn() {
    await withAlertmanager(async (url) => {
      const networks = ["127.0.0.1/32"];
      const couriers = createCouriers({ networks, mail: undefined, observe: () => {}, nowMs: () => NOW });
      const channel = { kind: "alertmanager", address: `${url}/`, secret: undefined } as SecretChannel;
      const send = async (one: Notification) => {
        assert.deepEqual(await couriers.deliver(channel, one, NEVER), { arrived: true, detail: "HTTP 200" });
      };
      const shown = async (): Promise<Shown[]> => await (await fetchInTime(`${url}/api/v2/alerts`)).json();

      await send(notification("opened", "MEDIUM", null));
      await send(notification("opened", "MEDIUM", null));
      const [one, ...others] = await shown();
      assert.deepEqual(others, []);
      assert.deepEqual(one.labels, {
        alertname: "anomaly",
        alert: "12",
        asset: "pump-7",
        sensor: "pump-7/bearing",
        severity: "medium",
        tenant: "default",
      });
      assert.equal(one.annotations.description, "value 71.36 scored 0.9");
      // Far beyond the time after which it forgets what nobody repeats.
      assert.ok(Date.parse(one.endsAt) > NOW + 365 * 86_400_000);

      await send(notification("raised", "HIGH", null));
      assert.deepEqual((await shown()).map(({ labels }) => labels.severity), ["high"]);
      await send(notification("closed", "HIGH", new Date(NOW - 1_000).toISOString()));
      assert.deepEqual(await shown(), []);
    });
  },
});
