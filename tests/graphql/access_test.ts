/** Who is let in, and what a key opens. */
import assert from "node:assert/strict";
import { GraphQLObjectType, isObjectType } from "graphql";
import { accessOf } from "../../graphql/field_access.ts";
import { schema } from "../../graphql/schema.ts";
import { ALL_SCOPES } from "../../src/domain/access/scope.ts";
import { firstKey, makeKey, makeTenant, type TestKey } from "../fixtures/access.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";
import { until } from "../fixtures/until.ts";

const ENGINE = ENGINES.at(-1)!;
const ASK = "{ eventCursor }";

const ROOTS = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()] as GraphQLObjectType[];
const ROOT_FIELDS = ROOTS.flatMap((root) => Object.values(root.getFields()).map((field) => ({ root, field })));

Deno.test("every query, mutation and subscription says which scope it needs", () => {
  const silent = ROOT_FIELDS.filter(({ field }) => !ALL_SCOPES.includes(accessOf(field)!));
  assert.deepEqual(silent.map(({ root, field }) => `${root.name}.${field.name}`), [], "Give it `access`.");
  const changing = Object.values(ROOTS[1].getFields()).filter((field) => accessOf(field) === "read");
  assert.deepEqual(changing.map(({ name }) => name), [], "a mutation needs more than to look");
});

Deno.test("from what a key for sending alone may do, nothing leads on to what it may not see", () => {
  const seen = new Set<string>();
  const walk = (type: unknown) => {
    const named = typeof type === "object" && type !== null && "ofType" in type ? type.ofType : type;
    if (named !== type) return walk(named);
    if (typeof named === "object" && named !== null && "getTypes" in named) {
      return (named as { getTypes(): readonly unknown[] }).getTypes().forEach(walk);
    }
    if (!isObjectType(named) || seen.has(named.name)) return;
    seen.add(named.name);
    for (const field of Object.values(named.getFields())) if (accessOf(field) === undefined) walk(field.type);
  };
  for (const { field } of ROOT_FIELDS) if (accessOf(field) === "ingest") walk(field.type);
  const errors = ["InvalidInputError", "NotFoundError", "ConflictError", "UnavailableError"];
  const own = ["Batch", "IngestBatchPayload", "QuarantinedReading"];
  assert.deepEqual([...seen].sort(), [...own, ...errors].sort(), "Give the field that leads there `access`.");
});

Deno.test("from the first key on, everything needs one", async (t) => {
  await withGateway(ENGINE, async (bench) => {
    const { post, send } = bench;
    await t.step("before, everyone is local, and nobody can lock everybody out", async () => {
      assert.ok((await post(ASK)).data.eventCursor);
      await assert.rejects(makeKey(bench, { name: "reader", scopes: ["READ"] }), /has to have the scope admin/);
      assert.ok((await post(ASK)).data.eventCursor);
    });
    const admin = await firstKey(bench);
    await t.step("what is asked without one is refused, and says how to bring one", async () => {
      const { errors: [{ message, extensions }] } = await post(ASK);
      assert.equal(extensions.code, "UNAUTHENTICATED");
      assert.match(message, /Authorization: Bearer KEY/);
      for (const query of ["{ __schema { queryType { name } } }", "mutation { applyRetention { __typename } }"]) {
        assert.equal((await post(query)).errors[0].extensions.code, "UNAUTHENTICATED");
      }
      const answer = await send(new Request("http://gateway.test/graphql?query={eventCursor}"));
      assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, 'Bearer realm="Millwright"']);
      await answer.body?.cancel();
      const stream = await send(
        new Request("http://gateway.test/graphql?query=subscription{alerts{cursor}}", {
          headers: { accept: "text/event-stream" },
        }),
      );
      assert.equal(stream.status, 401);
      await stream.body?.cancel();
    });
    await t.step("a person in a browser is shown where to sign in, and nothing else", async () => {
      for (const path of ["/", "/graphql"]) {
        const answer = await send(new Request(`http://gateway.test${path}`, { headers: { accept: "text/html" } }));
        assert.equal(answer.status, 401);
        assert.match(await answer.text(), /Your key/);
      }
    });
    await t.step("probes are told whether it is well, and who may look at all the rest", async () => {
      const health = async (headers: Record<string, string>) =>
        await (await send(new Request("http://gateway.test/health", { headers }))).json();
      assert.deepEqual(await health({}), { ok: true });
      assert.deepEqual(await health({ authorization: "Bearer x" }), { ok: true });
      assert.deepEqual(await health(admin.headers), { ok: true, checks: { store: "ok" } });
      const other = await makeTenant(bench, "b", admin);
      assert.deepEqual(await health(other.headers), { ok: true });
    });
    await t.step("with it, all is as before", async () => {
      assert.ok((await post(ASK, {}, admin.headers)).data.eventCursor);
    });
    await t.step("another gateway of the same store learns of it", async () => {
      assert.equal(await bench.scope.store.keys.any(), true);
      await bench.keys.refresh();
      assert.equal(bench.keys.isOpen, false);
    });
    await t.step("also when all have ended: nobody is local again", async () => {
      await bench.sql`UPDATE api_key SET expires_at = now() - interval '100 days'`;
      await bench.keys.refresh();
      assert.equal((await post(ASK)).errors[0].extensions.code, "UNAUTHENTICATED");
      assert.match((await post(ASK, {}, admin.headers)).errors[0].message, /does not know this key/);
    });
  });
});

Deno.test("a key opens what its scopes say, and a refused operation has done nothing", async () => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const keys = new Map<string, TestKey>();
    for (const scope of ["INGEST", "READ", "OPERATE", "CONFIGURE"]) {
      keys.set(scope, await makeKey(bench, { name: scope, scopes: [scope] }, admin));
    }
    const may = async (scope: string, query: string, variables: Record<string, unknown> = {}) => {
      const { errors } = await bench.post(query, variables, keys.get(scope)!.headers);
      if (errors === undefined) return true;
      assert.equal(errors[0].extensions.code, "FORBIDDEN", JSON.stringify(errors));
      assert.match(errors[0].message, /needs the scope \w+, and the key mwk_\w+ has \w+\./);
      return false;
    };
    const send = `mutation ($key: String!) { ingestBatch(input: { idempotencyKey: $key, readings: [] }) { __typename
      ... on IngestBatchPayload { batch { state READ } } } }`;
    const table: [string, Record<string, unknown>, string][] = [
      [send.replace("READ", ""), { key: "1" }, "INGEST"],
      [send.replace("READ", "alerts { severity }"), { key: "2" }, ""],
      ["{ eventCursor }", {}, "READ OPERATE CONFIGURE"],
      [`{ node(id: "${btoa("Batch:1")}") { id } }`, {}, "READ OPERATE CONFIGURE"],
      [`mutation { retryBatches(input: { source: "none" }) { __typename } }`, {}, "OPERATE"],
      [`mutation { registerSensor(input: { key: "s", name: "s" }) { __typename } }`, {}, "CONFIGURE"],
      ["mutation { applyRetention { __typename } }", {}, ""],
      ["{ keys { prefix } }", {}, ""],
      ["{ audit { edges { cursor } } }", {}, ""],
      // The operation that is carried out counts, and what it spreads; not the others of its document.
      ["query A { ...F } fragment F on Query { keys { prefix } }", {}, ""],
      ["query { eventCursor ... on Query @skip(if: true) { keys { prefix } } }", {}, ""],
    ];
    for (const [query, variables, scopes] of table) {
      const found: string[] = [];
      for (const scope of keys.keys()) if (await may(scope, query, variables)) found.push(scope);
      assert.equal(found.join(" "), scopes, query);
    }
    const refused = `mutation { a: registerSensor(input: { key: "half", name: "h" }) { __typename }
      b: setRetention(input: { noun: EVENT }) { __typename } }`;
    assert.ok(!await may("CONFIGURE", refused));
    assert.equal((await bench.post(`{ sensor(key: "half") { key } }`, {}, admin.headers)).data.sensor, null);
  });
});

Deno.test("keys that are none, or are none any more, are refused, each with what it is", async (t) => {
  await withGateway(ENGINE, async (bench) => {
    const { post, sql, keys } = bench;
    const admin = await firstKey(bench);
    let clients = 0;
    // Each from an address of its own, where it is the first.
    const refusal = async (headers: Record<string, string>) => {
      const { errors } = await post(ASK, {}, headers, `10.0.1.${clients++}`);
      assert.equal(errors?.[0].extensions.code, "UNAUTHENTICATED", JSON.stringify(errors));
      return errors[0].message as string;
    };
    await t.step("malformed and oversized ones", async () => {
      const strange = ["Bearer x", `Bearer ${admin.secret}a`, `Bearer ${admin.prefix}`, `Bearer ${"a".repeat(60_000)}`];
      for (const authorization of strange) {
        assert.match(await refusal({ authorization }), /does not know this key/);
      }
      for (
        const authorization of ["", "Bearer", "Basic dTpw", admin.secret, `Bearer ${admin.secret} ${admin.secret}`]
      ) {
        assert.match(await refusal({ authorization }), /has to be `Bearer KEY`/);
      }
      assert.ok((await post(ASK, {}, { authorization: `bearer  ${admin.secret} ` })).data);
    });
    await t.step("one that is in the address is refused, whatever comes with it", async () => {
      const address = `http://gateway.test/graphql?query={eventCursor}&key=${admin.secret}`;
      const answer = await bench.send(
        new Request(address, { headers: { ...admin.headers, "x-graphql-yoga-csrf": "1" } }),
      );
      assert.equal(answer.status, 401);
      assert.match((await answer.json()).errors[0].message, /key in the address/);
    });
    await t.step("an expired one", async () => {
      const input = { name: "short", scopes: ["READ"], expiresAt: "2999-01-01T00:00:00Z" };
      const short = await makeKey(bench, input, admin);
      assert.ok((await post(ASK, {}, short.headers)).data);
      await sql`UPDATE api_key SET expires_at = now() - interval '1 second' WHERE prefix = ${short.prefix}`;
      await keys.refresh();
      assert.match(await refusal(short.headers), new RegExp(`${short.prefix} has expired`));
    });
    await t.step("a revoked one, at once", async () => {
      const gone = await makeKey(bench, { name: "gone", scopes: ["READ"] }, admin);
      const revoke =
        `mutation { revokeKey(prefix: "${gone.prefix}") { __typename ... on RevokeKeyPayload { key { active } } } }`;
      for (let i = 0; i < 2; i++) {
        assert.equal((await post(revoke, {}, admin.headers)).data.revokeKey.key.active, false);
        assert.match(await refusal(gone.headers), /was revoked/);
      }
    });
    await t.step("the last one that can make another is not revoked, but replaced", async () => {
      const revoke = `mutation { revokeKey(prefix: "${admin.prefix}") { __typename ... on Error { message } } }`;
      assert.match((await post(revoke, {}, admin.headers)).data.revokeKey.message, /last key with the scope admin/);
    });
    await t.step("both are good while a key is being replaced, then the new one", async () => {
      const old = await makeKey(bench, { name: "rotating", scopes: ["READ"], requestsPerSecond: 1_000 }, admin);
      const rotate = `mutation ($overlap: Duration) { rotateKey(input: { prefix: "${old.prefix}", overlap: $overlap }) {
        __typename ... on Error { message }
        ... on RotateKeyPayload { secret key { name scopes requestsPerSecond } replaced { prefix active } } } }`;
      const { rotateKey } = (await post(rotate, { overlap: "PT1H" }, admin.headers)).data;
      const { secret, ...rest } = rotateKey;
      assert.deepEqual(rest, {
        __typename: "RotateKeyPayload",
        key: { name: "rotating", scopes: ["READ"], requestsPerSecond: 1_000 },
        replaced: { prefix: old.prefix, active: true },
      });
      const fresh = { authorization: `Bearer ${secret}` };
      assert.ok((await post(ASK, {}, old.headers)).data && (await post(ASK, {}, fresh)).data);
      assert.equal((await post(rotate, { overlap: null }, admin.headers)).data.rotateKey.replaced.active, false);
      assert.match(await refusal(old.headers), /has expired/);
      assert.ok((await post(ASK, {}, fresh)).data);
      assert.match((await post(rotate, { overlap: null }, admin.headers)).data.rotateKey.message, /has expired/);
      assert.match((await post(rotate, { overlap: "P31D" }, admin.headers)).data.rotateKey.message, /at most 30 days/);
    });
    await t.step("what is not the prefix of a key is not found, and not repeated when it is a whole key", async () => {
      const revoke =
        "mutation ($prefix: String!) { revokeKey(prefix: $prefix) { __typename ... on Error { message } } }";
      for (const prefix of ["", "mwk_", admin.secret, "mwk_aaaaaaaa", "\u0000", "x".repeat(10_000)]) {
        const { data } = await post(revoke, { prefix }, admin.headers);
        assert.equal(data.revokeKey.__typename, "NotFoundError");
        assert.ok(data.revokeKey.message.length < 300 && !data.revokeKey.message.includes(admin.secret));
      }
    });
    await t.step("a scope of a newer release opens nothing, and is shown as OTHER", async () => {
      const { prefix, headers } = await makeKey(bench, { name: "newer", scopes: ["READ"] }, admin);
      await sql`UPDATE api_key SET scopes = 'of_tomorrow' WHERE prefix = ${prefix}`;
      await keys.refresh();
      assert.equal((await post(ASK, {}, headers)).errors[0].extensions.code, "FORBIDDEN");
      const shown = (await post("{ keys { prefix scopes } }", {}, admin.headers)).data.keys;
      assert.deepEqual(shown.find((key: { prefix: string }) => key.prefix === prefix).scopes, ["OTHER"]);
    });
  });
});

Deno.test("wishes for keys that make no sense are refused by their field", async () => {
  await withGateway(ENGINE, async ({ post }) => {
    const create = `mutation ($input: CreateKeyInput!) { createKey(input: $input) {
      __typename ... on InvalidInputError { field } } }`;
    const wishes: [Record<string, unknown>, string][] = [
      [{ name: "" }, "name"],
      [{ name: "x".repeat(201) }, "name"],
      [{ scopes: [] }, "scopes"],
      [{ expiresAt: "2001-01-01T00:00:00Z" }, "expiresAt"],
      [{ requestsPerSecond: 0 }, "requestsPerSecond"],
      [{ readingsPerSecond: -5 }, "readingsPerSecond"],
    ];
    for (const [wish, field] of wishes) {
      const { data } = await post(create, { input: { name: "n", scopes: ["ADMIN"], ...wish } });
      assert.deepEqual(data.createKey, { __typename: "InvalidInputError", field });
    }
    const { errors } = await post(create, { input: { name: "n", scopes: ["OTHER"] } });
    assert.match(errors[0].message, /OTHER is for answers only/);
  });
});

Deno.test("each mutation leaves a record of who, when, which, from where and what came of it, and no more", async () => {
  await withGateway(ENGINE, async (bench) => {
    const { post, sql } = bench;
    const admin = await firstKey(bench);
    await makeKey(bench, { name: "gateway 7", scopes: ["INGEST"] }, admin);
    await post(`mutation { retireSensor(key: "none") { __typename } }`, {}, admin.headers);
    const many = Array.from(
      { length: 30 },
      (_, i) =>
        post(
          `mutation { ingestBatch(input: { idempotencyKey: "${i}", readings: [] }) { __typename } }`,
          {},
          admin.headers,
        ),
    );
    await Promise.all(many);
    const query =
      `{ audit(first: 2) { edges { node { at actor keyPrefix field client result } } pageInfo { hasNextPage endCursor } } }`;
    const { audit: { edges, pageInfo } } = (await post(query, {}, admin.headers)).data;
    const records = edges.map(({ node: { at: _at, ...record } }: { node: Record<string, string> }) => record);
    const by = { actor: "admin", keyPrefix: admin.prefix, client: "127.0.0.1" };
    assert.deepEqual(records, [
      { ...by, field: "retireSensor", result: "NotFoundError" },
      { ...by, field: "createKey", result: "done" },
    ]);
    assert.ok(Math.abs(Date.parse(edges[0].node.at) - Date.now()) < 60_000);
    const next = query.replace("first: 2", `first: 2, after: "${pageInfo.endCursor}"`);
    const rest = (await post(next, {}, admin.headers)).data.audit;
    assert.deepEqual(rest.edges.map((edge: { node: { actor: string; keyPrefix: null } }) => edge.node.actor), [
      "local",
    ]);
    await bench.settled();
    const stored = await sql<{ type: string; body: string }[]>`SELECT type, body FROM event WHERE type LIKE 'audit.%'`;
    assert.equal(stored.filter(({ type }) => type === "audit.ingest").length, many.length);
    assert.ok(stored.every(({ body }) => !body.includes(admin.secret.slice(13))));
    const [{ alerts }] = await sql`SELECT count(*)::int AS alerts FROM event WHERE alert_id IS NOT NULL`;
    assert.equal(alerts, 0, "who follows alerts is told nothing of it");
  });
});

Deno.test("what a key lacks the scope for is in the audit, counted, whoever asks how often", async () => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const reader = await makeKey(bench, { name: "reader", scopes: ["READ"], requestsPerSecond: 10_000 }, admin);
    const ask = (query: string) => bench.post(query, {}, reader.headers, "198.51.100.7");
    const retire = `mutation { retireSensor(key: "none") { __typename } }`;
    const refused = async (count: number) => {
      const { audit } = (await bench.post(
        `{ audit(first: 50) { edges { node { actor keyPrefix field client result times } } } }`,
        {},
        admin.headers,
      )).data;
      const records = audit.edges.map(({ node }: { node: { result: string } }) => node)
        .filter(({ result }: { result: string }) => result === "refused");
      const times = records.reduce((sum: number, record: { times: number }) => sum + record.times, 0);
      return times === count ? records.toReversed() : undefined;
    };
    assert.equal((await ask(retire)).errors[0].extensions.code, "FORBIDDEN");
    const by = { actor: "reader", keyPrefix: reader.prefix, client: "198.51.100.7", result: "refused" };
    const first = await until("the first to be recorded at once", () => refused(1));
    assert.deepEqual(first, [{ ...by, field: "retireSensor", times: 1 }]);
    // A batch, a mutation beside it that the key has no scope for either, and what is spread.
    await ask(`mutation { ingestBatch(input: { idempotencyKey: "1", readings: [] }) { __typename } ...F }
      fragment F on Mutation { a: applyRetention { __typename } b: applyRetention { __typename } }`);
    await Promise.all(Array.from({ length: 500 }, () => ask(retire)));
    await ask("{ keys { prefix } }");
    const records = await until("all to be counted", () => refused(503));
    const fields = records.map(({ field }: { field: string }) => field);
    assert.deepEqual([...new Set(fields)].sort(), ["applyRetention", "ingestBatch", "retireSensor"], "queries are not");
    assert.ok(records.length <= 6, `${records.length} records of 503 refusals`);
    // What the key may not see it is not told of either.
    assert.equal((await ask("{ audit(first: 1) { edges { cursor } } }")).errors[0].extensions.code, "FORBIDDEN");
  });
});

Deno.test("a key is used at most as often as it may, and told when to come again", async () => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const slow = await makeKey(bench, { name: "slow", scopes: ["ADMIN"], requestsPerSecond: 3 }, admin);
    const answers = await Promise.all(Array.from({ length: 10 }, () =>
      bench.send(
        new Request("http://gateway.test/graphql", {
          method: "POST",
          headers: { "content-type": "application/json", ...slow.headers },
          body: JSON.stringify({ query: ASK }),
        }),
      )));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 5 && refused.length <= 7, `${refused.length} refused`);
    assert.ok(Number(refused[0].headers.get("retry-after")) >= 1);
    const { errors: [{ extensions }] } = await refused[0].json();
    assert.equal(extensions.code, "UNAVAILABLE");
    assert.ok(extensions.retryAfterMs > 0 && extensions.retryAfterMs <= 1_000);
    await Promise.all(answers.map((answer) => answer.bodyUsed || answer.body?.cancel()));

    const sender = await makeKey(bench, { name: "sender", scopes: ["INGEST"], readingsPerSecond: 2 }, admin);
    const send = (key: string, headers: Record<string, string>) =>
      bench.post(
        `mutation ($key: String!) { ingestBatch(input: { idempotencyKey: $key, readings: [
          { sensor: "s", time: 1, value: 1 }, { sensor: "s", time: 2, value: 1 }, { sensor: "s", time: 3, value: 1 }] }) {
          __typename ... on UnavailableError { message retryAfterMs } } }`,
        { key },
        headers,
      ).then(({ data }) => data.ingestBatch);
    assert.equal((await send("1", sender.headers)).__typename, "IngestBatchPayload", "a batch is not cut");
    const early = await send("2", sender.headers);
    assert.equal(early.__typename, "UnavailableError");
    assert.ok(early.retryAfterMs > 0 && early.retryAfterMs <= 2_500);
    assert.match(early.message, /more readings per second than it may/);
    assert.equal((await send("2", admin.headers)).__typename, "IngestBatchPayload", "others are not held up");
  });
});

Deno.test("use is noted, at most once a minute", async () => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const lastUsed = async () => {
      await bench.settled();
      const [{ at }] = await bench.sql<{ at: number }[]>`SELECT last_used_at AS at FROM api_key`;
      return at;
    };
    await bench.post(ASK, {}, admin.headers);
    const first = await lastUsed();
    assert.ok(Math.abs(first - Date.now()) < 60_000);
    for (let i = 0; i < 5; i++) await bench.post(ASK, {}, admin.headers);
    assert.equal(await lastUsed(), first);
  });
});
