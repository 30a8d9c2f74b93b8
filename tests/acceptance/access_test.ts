/** Keys as whoever runs the service meets them: the first one, the command line, and what the log never holds. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { holdsKey } from "../../src/domain/access/key.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { ask, fetchInTime, INGEST, post } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMMAND_MAX_MS = 60_000;
const TOLD_ONCE = /The first key, which is shown this once, with the scope admin: (mwk_\w+)\n/g;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `deno task key` on the store of `home`. */
async function key(home: string, ...args: string[]): Promise<Ended> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "src/main.ts", "key", ...args],
    cwd: ROOT,
    env: { DATABASE_URL: "", MILLWRIGHT_HOME: home },
    stdin: "null",
  });
  const { code, stdout, stderr } = await within(`key ${args[0]}`, command.output(), COMMAND_MAX_MS);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("from the first key to the last, on one folder", async (t) => {
  const home = await temporaryHome();
  const env = { MILLWRIGHT_HOST: "0.0.0.0", MILLWRIGHT_LOG: "json" };
  const ready = /"part":"gateway","detail":"([^"]+)"/;
  const withApp = async (extra: Record<string, string>, test: (app: AppProcess) => Promise<void>) => {
    const app = await startAppProcess(home, { env: { ...env, ...extra }, ready });
    try {
      await test(app);
    } finally {
      await app.end("SIGTERM");
    }
  };
  let first = "";
  try {
    await t.step("without a key nothing is open to other machines", async () => {
      await assert.rejects(startAppProcess(home, { env, ready }), /there is no key yet, so nobody has to log in/);
    });
    await t.step("the first key is made at the start, and told once", async () => {
      await withApp({ MILLWRIGHT_FIRST_KEY: "true" }, async (app) => {
        const told = [...app.log().matchAll(TOLD_ONCE)];
        assert.equal(told.length, 1);
        first = told[0][1];
        assert.equal((await post(app.url, { query: "{ eventCursor }" })).status, 401);
        const authorization = `Bearer ${first}`;
        const { body } = await post(app.url, { query: "{ keys { name lastUsedAt } }" }, { authorization });
        assert.equal(body.data.keys[0].name, "first key");

        await attack(app.url, first);
        // Sent in the place of something else, it is in what is told about that.
        const input = { source: first, idempotencyKey: first, readings: [{ sensor: first, time: 0, value: 1 }] };
        await post(app.url, { query: INGEST, variables: { input } }, { authorization });
        await until("the batch in the log", () => /"kind":"batch.accepted"/.test(app.log()) || undefined);
        const { code, err } = await key(home, "list");
        assert.equal(code, 1);
        assert.match(err, /in use by process/);
        assertNoKey(app.log().replace(TOLD_ONCE, ""));
      });
    });
    await t.step("and not again", async () => {
      await withApp({ MILLWRIGHT_FIRST_KEY: "true" }, async (app) => {
        assert.equal([...app.log().matchAll(TOLD_ONCE)].length, 0);
        assert.equal(
          (await post(app.url, { query: "{ eventCursor }" }, { authorization: `Bearer ${first}` })).status,
          200,
        );
        assertNoKey(app.log());
      });
    });
    await t.step("the command line lists, makes, replaces and ends keys of a service that is down", async () => {
      assert.match((await key(home, "list")).out, /^mwk_\w{8} {2}first key +admin +does not expire {2}used 20/);
      const made = await key(
        home,
        "create",
        "gateway 7",
        "--scopes",
        "ingest,read",
        "--expires",
        "30",
        "--readings-per-second",
        "100",
      );
      assert.match(
        made.out,
        /^mwk_\w{8} {2}gateway 7 +ingest,read +until 20.* not used yet\nThe key, which is shown this once: mwk_/,
      );
      const prefix = made.out.slice(0, 12);
      assert.match(
        (await key(home, "rotate", prefix, "--overlap", "1")).out,
        /The new key, which is shown this once: mwk_/,
      );
      assert.match((await key(home, "revoke", prefix)).out, /revoked/);
      assert.match((await key(home, "tenant", "plant-2")).out, /The tenant plant-2 is there\. .*: mwk_/);
      assert.match((await key(home, "list", "--tenant", "plant-2")).out, /first key +admin/);
    });
    await t.step("and says what is wrong with what it is told", async () => {
      const faults: [string[], RegExp][] = [
        [["mend"], /no command "mend"/],
        [["create"], /create of what/],
        [["create", "x", "--scopes", "everything"], /"everything" is no scope/],
        [["create", "x"], /without scopes opens nothing/],
        [["create", "x", "--scopes", "read", "--expires", "soon"], /--expires has to be a number/],
        [["revoke", "mwk_aaaaaaaa"], /There is no key/],
        [["revoke", first.slice(0, 12)], /last key with the scope admin/],
        [["list", "--tenant", "nobody"], /There is no tenant "nobody"/],
      ];
      for (const [args, message] of faults) {
        const { code, err } = await key(home, ...args);
        assert.equal(code, 1, args.join(" "));
        assert.match(err, message);
        assert.ok(!err.includes("    at "), err);
      }
      assert.equal((await key(home, "--help")).code, 0);
    });
  } finally {
    await rm(home, { recursive: true });
  }
});

function assertNoKey(log: string): void {
  const lines = log.split("\n").filter(holdsKey);
  assert.deepEqual(lines, [], "a key is in the log");
}

/** What somebody tries who has a key, or part of one: nothing of it may break, or get into the log. */
async function attack(url: string, good: string): Promise<void> {
  const wrong = `${good.slice(0, -1)}${good.endsWith("a") ? "b" : "a"}`;
  const query = encodeURIComponent("{ eventCursor }");
  const answers = [
    fetchInTime(`${url}/graphql?query=${query}&key=${good}`, { headers: { "x-graphql-yoga-csrf": "1" } }),
    fetchInTime(`${url}/${good}`),
    fetchInTime(`${url}/graphql`, { headers: { authorization: `Basic ${btoa(good)}` } }),
    fetchInTime(`${url}/graphql`, { headers: { authorization: `Bearer ${wrong}` } }),
    fetchInTime(`${url}/graphql`, { headers: { cookie: `millwright_session=${good}` } }),
    fetchInTime(`${url}/session`, { method: "POST", headers: { authorization: `Bearer ${wrong}` } }),
  ];
  for (const answer of await Promise.all(answers)) {
    assert.ok([401, 429].includes(answer.status), `${answer.status}`);
    assert.ok(!(await answer.text()).includes(good.slice(13)));
  }
  const asWord = await post(url, { query: `{ ${good} }` }, { authorization: `Bearer ${good}` });
  assert.equal(asWord.body.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  await assert.rejects(ask(url, "{ eventCursor }"), /UNAUTHENTICATED/);
}
