/**
 * The examples of docs/clients/ against the service: each sends its batch and reads alerts, then follows them while its
 * connection breaks and the service is started anew, and gets every event once and in order.
 */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { ask, INGEST_COLUMNS } from "../fixtures/graphql.ts";
import { openSse } from "../fixtures/sse.ts";
import { until } from "../fixtures/until.ts";
import { createWire } from "../fixtures/wire.ts";
import { FOLDER, missing, must, runExample, type Running, withFolder } from "./example.ts";

const PIP_MAX_MS = 180_000;
const FOLLOW_MAX_MS = 60_000;
const BEGINNING = btoa("event:0");
const DENO = [Deno.execPath(), "run", "-A", "--no-check"];
/** Why an example cannot be run here; undefined when it can. */
const AWAY: Readonly<Record<string, string | undefined>> = {
  "curl.sh": await missing(["bash", "--version"], ["curl", "--version"]),
  "python.py": await missing(["python3", "-m", "venv", "--help"], ["python3", "-m", "ensurepip", "--version"]),
};

/** Calm, then a step for two minutes, then calm again: at least an alert that opens and one that closes per sensor. */
const VALUES = Array.from({ length: 480 }, (_, i) => 20 + Math.sin(i / 7) + (i === 400 || i === 401 ? 20 : 0));

async function sendSteps(url: string, name: string, sensors: number): Promise<void> {
  const rows = Array.from({ length: sensors }, (_, sensor) => VALUES.map((value, i) => ({ sensor, value, minute: i })));
  const flat = rows.flat();
  const input = {
    source: name,
    idempotencyKey: name,
    sensors: rows.map((_, i) => `${name}-${i}`),
    sensor: flat.map(({ sensor }) => sensor),
    time: flat.map(({ minute }) => Date.UTC(2024, 0, 1, 0, minute)),
    value: flat.map(({ value }) => value),
  };
  const { result } = await ask(url, INGEST_COLUMNS, { input, wait: true });
  assert.equal(result.batch.state, "PROCESSED");
}

interface Event {
  readonly cursor: string;
  readonly change: string;
  readonly alert: { readonly sensor: { readonly key: string } };
}

const isLast = ({ change, alert }: Event) => change === "CLOSED" && alert.sensor.key.startsWith("last-");

/** Every event, as the service tells them to one that follows without a break. */
async function allEvents(url: string): Promise<Event[]> {
  const query = "subscription ($after: String) { alerts(after: $after) { cursor change alert { sensor { key } } } }";
  const stream = await openSse(url, query, { variables: { after: BEGINNING } });
  const events: Event[] = [];
  do events.push((await stream.next())!.data.data.alerts); while (!isLast(events.at(-1)!));
  await stream.close();
  return events;
}

function eventsOf({ answers }: Running): Event[] {
  return answers.map((answer) => answer.data?.alerts ?? answer.alerts ?? answer).filter(({ cursor }) =>
    cursor !== undefined
  );
}

async function allSee(clients: readonly Running[], what: string, seen: (events: Event[]) => boolean): Promise<void> {
  for (const client of clients) {
    await until(`${client.name} to see ${what}`, () => seen(eventsOf(client)) || undefined, FOLLOW_MAX_MS)
      .catch((error) => {
        throw new Error(`${error.message}. It said:\n${client.said().slice(-2_000)}`, { cause: error });
      });
  }
}

/** Python with what the example needs, in `folder`. */
async function python(folder: string): Promise<string> {
  await must({ limitMs: PIP_MAX_MS }, "python3", "-m", "venv", folder);
  const path = join(folder, "bin", "python");
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    join(FOLDER, "requirements.txt"),
  ];
  await must({ limitMs: PIP_MAX_MS }, path, ...pip);
  return path;
}

/** How to run each example that can be run here, from the beginning of all events. */
async function commands(folder: string, url: string): Promise<[name: string, command: string[]][]> {
  const place = join(folder, "cursor.txt");
  await writeFile(place, BEGINNING);
  const all: [string, string[]][] = [
    ["javascript.mjs", [...DENO, "javascript.mjs", url, BEGINNING]],
    ["urql.ts", [...DENO, "urql.ts", url, BEGINNING]],
    ["curl.sh", ["bash", "curl.sh", url, place]],
  ];
  if (AWAY["python.py"] === undefined) {
    all.push(["python.py", [await python(join(folder, "python")), "python.py", url, BEGINNING]]);
  }
  return all.filter(([name]) => AWAY[name] === undefined);
}

/** Ends the service as an operator does, and starts it again at the same address. */
async function startAnew(app: AppProcess): Promise<AppProcess> {
  assert.equal(await app.end("SIGTERM"), 0);
  return await startAppProcess(app.home, { env: { MILLWRIGHT_PORT: new URL(app.url).port } });
}

interface Followed {
  readonly url: string;
  readonly clients: readonly Running[];
  readonly expected: readonly Event[];
}

/** Has all examples follow one service through its breaks. */
async function followThroughBreaks(folder: string, home: string, work: (followed: Followed) => Promise<void>) {
  let app = await startAppProcess(home);
  const [cut, silent] = [await createWire(new URL(app.url)), await createWire(new URL(app.url))];
  const clients: Running[] = [];
  try {
    await sendSteps(app.url, "first", 20);
    for (const [name, command] of await commands(folder, cut.url.origin)) clients.push(runExample(name, command));
    clients.push(runExample("javascript.mjs in silence", [...DENO, "javascript.mjs", silent.url.origin, BEGINNING]));
    await allSee(clients, "a first event", (events) => events.length > 0);
    cut.cut();
    silent.silence();
    await sendSteps(app.url, "second", 10);
    cut.mend();
    await allSee(
      clients,
      "what came during the break",
      (events) => events.some((e) => e.alert.sensor.key === "second-9"),
    );
    // A service that is told to end waits for the end of its connections, and this one carries nothing any more.
    silent.cut();
    silent.mend();
    app = await startAnew(app);
    await sendSteps(app.url, "last", 1);
    await allSee(clients, "the last event", (events) => events.some(isLast));
    await work({ url: app.url, clients, expected: await allEvents(app.url) });
  } catch (error) {
    console.error(app.log().slice(-4_000));
    throw error;
  } finally {
    for (const client of clients) await client.kill();
    await Promise.all([cut.close(), silent.close()]);
    await app.end("SIGTERM");
  }
}

Deno.test("the examples for clients", async (t) => {
  const home = await temporaryHome();
  try {
    await withFolder((folder) =>
      followThroughBreaks(folder, home, async ({ url, clients, expected }) => {
        assert.ok(expected.length > 60, `${expected.length} events`);
        for (const client of clients) {
          await t.step(`${client.name} sends a batch and is told what became of each reading`, () => {
            const { data = client.answers[0] } = client.answers[0];
            const { batch } = data.ingestBatch ?? data;
            assert.deepEqual([batch.state, batch.stored], ["PROCESSED", 1]);
            assert.deepEqual([batch.quarantine[0].index, batch.quarantine[0].reason], [1, "NOT_A_NUMBER"]);
          });
          await t.step(`${client.name} misses no event and sees none twice`, () => {
            const cursors = (events: readonly Event[]) => events.map(({ cursor }) => cursor);
            assert.deepEqual(cursors(eventsOf(client)), cursors(expected));
          });
        }
        await t.step("javascript.mjs ends with the sentence when its cursor is refused", async () => {
          const refused = runExample("javascript.mjs", [...DENO, "javascript.mjs", url, "forged"]);
          assert.equal(await refused.ended(), 1);
          assert.match(refused.said(), /The cursor is not one that this service gave out/);
          assert.match(refused.said(), /"__typename":"IngestBatchPayload"/);
        });
      })
    );
  } finally {
    await rm(home, { recursive: true });
  }
  for (const [name, why] of Object.entries(AWAY).filter(([, why]) => why !== undefined)) {
    await t.step({ name: `${name} (not run: ${why})`, ignore: true, fn: () => {} });
  }
});
