/** The embedded store between processes: one opener at a time, and what was acknowledged survives a kill. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderInUse, lockFolder } from "../../src/folder_lock.ts";
import postgres from "postgres";
import { connectStore } from "../../src/timescale/connect.ts";
import { openEmbedded } from "../../src/timescale/embedded.ts";
import { isUnavailable } from "../../src/timescale/unavailable.ts";
import { inProcessWakeUps } from "../../src/timescale/wake_up.ts";
import { within } from "../fixtures/within.ts";
import { until } from "../fixtures/until.ts";

const WRITER = `
import { connectStore } from "./src/timescale/connect.ts";
const { sql } = await connectStore({ dataFolder: Deno.args[0] });
await sql\`CREATE TABLE IF NOT EXISTS written (n int)\`;
for (let n = 0;; n++) {
  await sql\`INSERT INTO written VALUES (\${n})\`;
  console.log(n);
}`;

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-store-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("a second opener gets one clear sentence, and a killed one leaves the folder free with all that it acknowledged", async () => {
  await withFolder(async (folder) => {
    const script = await Deno.makeTempFile({ suffix: ".ts", dir: "." });
    await Deno.writeTextFile(script, WRITER);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, folder],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("\n").length < 50) text += (await within("a row to be written", reader.read(), 60_000)).value;
    await assert.rejects(connectStore({ dataFolder: folder }), (error: Error) => {
      assert.ok(error instanceof FolderInUse);
      assert.match(error.message, new RegExp(`in use by process ${child.pid}: end that process`));
      return true;
    });
    child.kill("SIGKILL");
    await within("the writer to end", child.status);
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    await Deno.remove(script);
    const acknowledged = text.trim().split("\n").length;
    const { sql, close } = await connectStore({ dataFolder: folder });
    const [{ count }] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM written`;
    assert.ok(count === acknowledged || count === acknowledged + 1, `${acknowledged} acknowledged, ${count} there`);
    await close();
  });
});

Deno.test("a lock is held once, and can be taken again after its release", async () => {
  await withFolder((folder) => {
    const lock = lockFolder(folder);
    assert.throws(() => lockFolder(folder), FolderInUse);
    lock.release();
    lockFolder(folder).release();
    return Promise.resolve();
  });
});

Deno.test("errors keep their SQLSTATE, and a failed transaction does not stand in the way of the next", async () => {
  const { sql, close } = await connectStore({});
  await assert.rejects(sql`SELECT nope`, { code: "42703" });
  await sql`CREATE TABLE one (id int PRIMARY KEY)`;
  await assert.rejects(sql.begin((tx) => [tx`INSERT INTO one VALUES (1)`, tx`INSERT INTO one VALUES (1)`]), {
    code: "23505",
  });
  assert.equal((await sql`SELECT * FROM one`).length, 0);
  const many = await Promise.all(Array.from({ length: 200 }, (_, i) => sql<{ i: number }[]>`SELECT ${i}::int AS i`));
  assert.deepEqual(many.map(([{ i }]) => i), Array.from({ length: 200 }, (_, i) => i));
  await close();
});

Deno.test("a wake-up reaches who waits for its topic, and waiting ends by itself and by a signal", async () => {
  const wakeUps = inProcessWakeUps();
  const [woken, other] = [wakeUps.wait("a", { timeoutMs: 10_000 }), wakeUps.wait("b", { timeoutMs: 5 })];
  wakeUps.wake("a");
  assert.deepEqual([await woken, await other], [true, false]);
  const leaving = new AbortController();
  const left = wakeUps.wait("a", { timeoutMs: 10_000, signal: leaving.signal });
  leaving.abort();
  assert.equal(await left, false);
  assert.equal(await wakeUps.wait("a", { timeoutMs: 10_000, signal: leaving.signal }), false);
  const closing = wakeUps.wait("a", { timeoutMs: 10_000 });
  await wakeUps.close();
  assert.equal(await closing, false);
});

Deno.test("a store that broke down says so at every query, instead of letting them wait", async () => {
  const embedded = await openEmbedded(undefined);
  let wire = embedded.socket();
  const sql = postgres({
    ...{ socket: () => wire = embedded.socket() },
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    username: "postgres",
    password: "none",
  });
  assert.equal((await sql`SELECT 1 AS one`)[0].one, 1);
  // No message of the protocol: the database ends itself.
  wire.write(Uint8Array.of(1, 0, 0, 0, 4));
  assert.match(
    (await within("the break-down to be noticed", embedded.broken)).message,
    /^The embedded store stopped: .* Restart the process.$/,
  );
  for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(sql`SELECT 1`);
  await sql.end({ timeout: 0 });
  await embedded.close();
});

Deno.test("a store that breaks down under transactions and queries fails them all, and whatever is asked later", async () => {
  // What this database cannot survive.
  const fatal = "COPY t FROM STDIN";
  for (const where of ["in a transaction", "beside transactions"]) {
    const embedded = await openEmbedded(undefined);
    const sql = postgres({
      ...{ socket: () => embedded.socket() },
      max: 1,
      fetch_types: false,
      onnotice: () => {},
      username: "postgres",
      password: "none",
    });
    await sql`CREATE TABLE t (a int)`;
    const asked: Promise<unknown>[] = [];
    const transaction = (i: number) =>
      sql.begin(async (tx) => {
        await tx`INSERT INTO t VALUES (${i})`;
        // Goes on in the transaction, and so writes to the wire when the database is long gone.
        if (where === "in a transaction" && i === 3) await tx.unsafe(fatal).catch(() => embedded.broken);
        await tx`SELECT ${i}::int AS i, ${where}::text AS where`;
      });
    for (let i = 0; i < 8; i++) {
      asked.push(transaction(i), sql`SELECT ${i}::int AS a`, sql.unsafe(`SELECT ${i}`).execute());
    }
    if (where !== "in a transaction") asked.push(sql.unsafe(fatal).execute());
    for (let i = 0; i < 150; i++) asked.push(sql`SELECT ${i}::int AS b`.execute());
    await embedded.broken;
    const settled = await within("an end of all that was asked", Promise.allSettled(asked));
    const failed = settled.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    assert.ok(failed.length >= 150, `${failed.length} failed ${where}`);
    for (const { reason } of failed) assert.ok(isUnavailable(reason), String(reason));
    for (const ask of [() => sql`SELECT 1`, () => sql.unsafe("SELECT 1"), () => transaction(9)]) {
      await within("a refusal", assert.rejects(ask, isUnavailable, where));
    }
    await sql.end({ timeout: 1 });
    await embedded.close();
  }
});

Deno.test("a store that stays silent is taken for broken, however much is asked of it meanwhile", async () => {
  const embedded = await openEmbedded(undefined, { silenceMaxMs: 2_000 });
  const sql = postgres({
    ...{ socket: () => embedded.socket() },
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    username: "postgres",
    password: "none",
  });
  await sql`SELECT 1`;
  const asked = [sql`SELECT pg_sleep(10)`];
  const asking = setInterval(() => asked.push(sql`SELECT 1`), 50);
  asked[0].catch(() => {});
  assert.match((await embedded.broken).message, /has not answered for 2 s. Restart the process.$/);
  clearInterval(asking);
  for (const { status } of await Promise.allSettled(asked)) assert.equal(status, "rejected");
  await sql.end({ timeout: 0 });
  await embedded.close();
});

Deno.test("the log that is kept for recovery stays short, since checkpoints come by themselves", async () => {
  await withFolder(async (folder) => {
    const { sql, close } = await connectStore({ dataFolder: folder });
    const kept = async () => {
      const [{ bytes }] = await sql<{ bytes: number }[]>`
        SELECT (pg_current_wal_lsn() - redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`;
      return bytes;
    };
    for (let i = 0; i < 20; i++) await sql`SELECT pg_logical_emit_message(true, 'test', repeat('x', 10000000))`;
    await until("a checkpoint", async () => await kept() < 128 * 2 ** 20 || undefined, 10_000);
    await close();
  });
});
