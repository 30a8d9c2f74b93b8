/**
 * A tenant sees only its own: every field of the schema is asked with what another tenant's things are called by, and
 * answers as it does in a world in which that tenant has nothing.
 */
import assert from "node:assert/strict";
import type { GraphQLObjectType } from "graphql";
import { schema } from "../../graphql/schema.ts";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import type { Evidence } from "../../src/domain/detection/episode.ts";
import { firstKey, makeTenant } from "../fixtures/access.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import { argumentsOf, type Field, type Leaf, leavesOf, operationOf } from "../fixtures/schema_walk.ts";
import { within } from "../fixtures/within.ts";

const ENGINE = ENGINES.at(-1)!;
const T0 = Date.UTC(2024, 0, 1);
/** In every text of the other tenant. */
const MARK = "mark-of-a";

/** Texts that name nothing that exists; all others are taken for names. A new one is put here, or nowhere. */
const PLAIN = ["name", "unit", "reason", "quantity", "text", "note"];

interface Filled {
  /** Global ids of what the tenant has. */
  readonly ids: readonly string[];
  /** Keys, cursors and the like. */
  readonly names: readonly string[];
}

/** One of everything for a tenant, with `mark` in each of its texts. */
async function fill({ scope: { store }, sql }: GatewayBench, tenant: { id: TenantId }, mark: string): Promise<Filled> {
  const evidence: Evidence = { ts: T0, value: 1, score: 0.5, threshold: 0.3, contributions: [], missing: [] };
  const [asset, sensor, source, batch] = ["asset", "sensor", "source", "batch"].map((noun) => `${mark}-${noun}`);
  const { id: assetId } = await store.assets.save(tenant.id, {
    key: asset,
    name: mark,
    parentId: undefined,
    criticality: "A",
    level: undefined,
    reorderWindowMs: undefined,
    retiredAt: undefined,
  });
  await store.sensors.addUnregistered(tenant.id, [{ key: sensor, unit: undefined }]);
  await sql`UPDATE sensor SET asset_id = ${assetId}, name = ${mark} WHERE tenant_id = ${tenant.id}`;
  const [{ id: sensorId }] = await store.sensors.byKeys(tenant.id, [sensor]);
  const landing = { source, idempotencyKey: batch, contentHash: "h", payload: "{}", readings: 1 };
  const { batch: { id: batchId } } = await store.batches.accept(tenant.id, landing);
  await store.quarantine.add(tenant.id, batchId, [{ index: 0, reason: "too_old", detail: mark, raw: `"${mark}"` }]);
  const accepted = {
    sensorIds: Int32Array.of(sensorId),
    ts: Float64Array.of(T0),
    values: Float64Array.of(1),
    status: Float64Array.of(0),
  };
  await store.readings.makeRoom(accepted.ts);
  await sql`INSERT INTO reading (tenant_id, sensor_id, ts, value, status, batch_id)
    VALUES (${tenant.id}, ${sensorId}, ${new Date(T0)}, 1, 0, ${batchId})`;
  await sql`INSERT INTO reading_revision (tenant_id, sensor_id, ts, value, status, batch_id, replaced_by)
    VALUES (${tenant.id}, ${sensorId}, ${new Date(T0)}, 2, 0, ${batchId}, ${batchId})`;
  const key = { sensorId, kind: "anomaly", episodeStart: T0 };
  const facts = { openedAt: T0, severity: "LOW", score: 0.5, reason: mark } as const;
  const { id: alertId } = (await store.alerts.open(tenant.id, key, { ...facts, batchId }))!;
  await store.alerts.addProof(tenant.id, { alertId, ts: T0, change: "opened", batchId, evidence });
  const range = { from: T0, to: T0 + 1 };
  const run = await store.reprocessing.create(tenant.id, {
    subject: { sensorId },
    ...range,
    sensorIds: [sensorId],
    assetIds: [],
  });
  await store.reprocessing.saveAlert(tenant.id, run, { ...key, ...facts, endedAt: undefined, evidence });
  const [alert] = await store.alerts.byIds(tenant.id, [alertId]);
  const body = JSON.stringify({ change: "opened", alert });
  await store.events.append(tenant.id, [{ type: "alert.opened", batchId, alertId, body }]);
  const opening = { kind: "out_of_service", subject: { assetId }, startsAt: T0, endsAt: undefined } as const;
  const { id: windowId } = (await store.windows.open(tenant.id, { ...opening, reason: mark, openedBy: mark }))!;
  const comment = { alertId, version: 2, change: "commented", state: "unacknowledged", ts: T0 } as const;
  await store.alertHistory.add(tenant.id, [{ ...comment, actor: mark, note: mark, detail: mark }]);
  const said = { scope: { sensorId }, patch: { sensor: { learnsAnomalies: true } }, note: mark, base: 1 };
  await store.settings.promote(tenant.id, { ...said, version: 2, promotedBy: mark });
  const draft = (await store.settings.saveDraft(tenant.id, { ...said, base: 2, savedBy: mark }))!;
  await sql`UPDATE alert SET settings_id = ${await store.settings.applied(tenant.id, {
    name: mark,
    version: 2,
    document: { sensor: mark },
  })} WHERE tenant_id = ${tenant.id}`;
  const keys = await store.keys.list(tenant.id);
  const rows = {
    Asset: assetId,
    Sensor: sensorId,
    Batch: batchId,
    Alert: alertId,
    ReprocessRun: run,
    ServiceWindow: windowId,
    SettingsDraft: draft.id,
  };
  return {
    ids: Object.entries(rows).map(([noun, id]) => btoa(`${noun}:${id}`)),
    names: [asset, sensor, source, batch, ...keys.map(({ prefix }) => prefix), ...Object.values(rows).map(cursorOf)],
  };
}

function cursorOf(id: number): string {
  return btoa(`before:${id}`);
}

/** Rows that are made from now on have ids above this, so that two worlds give the same ones. */
async function countFrom({ sql }: GatewayBench, id: number): Promise<void> {
  await sql`
    SELECT setval(pg_get_serial_sequence(table_name, column_name), ${id}::bigint) FROM information_schema.columns
    WHERE table_schema = 'public' AND is_identity = 'YES'`;
}

const ROOTS = { query: schema.getQueryType(), mutation: schema.getMutationType() } as Record<
  "query" | "mutation",
  GraphQLObjectType
>;
const FIELDS = (Object.entries(ROOTS) as ["query" | "mutation", GraphQLObjectType][]).flatMap(([kind, root]) =>
  Object.values(root.getFields()).map((field) => ({ kind, field: field as Field }))
);

const isId = ({ type }: Leaf) => type === "ID";
const isName = ({ name, type }: Leaf) => (type === "String" || type === "KeyColumn") && !PLAIN.includes(name);

/** Values of a tenant's own for all that has to be there. */
function valueOf({ name, type }: Leaf): unknown {
  switch (type) {
    case "ID":
      return btoa("Batch:900000001");
    case "KeyColumn":
      return ["mark-of-b-sensor"];
    case "IndexColumn":
    case "TimeColumn":
    case "ValueColumn":
      return [0];
    case "Int":
    case "Float":
      return 1;
    case "Boolean":
      return false;
    case "DateTime":
      return name === "to" ? "2024-02-01T00:00:00Z" : "2024-01-01T00:00:00Z";
    case "Duration":
      return "PT1H";
    default:
      return `mark-of-b-${name}`;
  }
}

/** What an answer says, without what is drawn at random or taken from the clock. */
function saying(answer: unknown): string {
  return JSON.stringify(answer).replace(/mw[ks]_\w+/g, "KEY").replace(/20(?!24)\d\d-\d\d-\d\dT[\d:.]+Z/g, "NOW");
}

/** All rows that a tenant has, as one text. */
async function everythingOf({ sql }: GatewayBench, tenantId: TenantId): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`;
  const parts = await Promise.all(tables.map(async ({ name }) => {
    const rows = await sql<{ row: string }[]>`
      SELECT to_jsonb(t)::text AS row FROM ${sql(name)} t WHERE tenant_id = ${tenantId} ORDER BY 1`;
    return `${name}\n${rows.map(({ row }) => row.replace(/"last_used_at": "[^"]*"/, "")).join("\n")}`;
  }));
  return parts.join("\n\n");
}

/** Asks as tenant b, and says what the answer was. */
type Ask = (kind: "query" | "mutation", field: Field, chosen?: { path: string; value: unknown }) => Promise<string>;

function asker(bench: GatewayBench, headers: Record<string, string>): Ask {
  return async (kind, field, chosen) => {
    const variables = argumentsOf(field, { chosen, valueOf });
    for (let depth = 4; depth > 0; depth--) {
      const answer = await bench.post(operationOf(kind, field, depth), variables, headers);
      const code = answer.errors?.[0].extensions?.code;
      if (code === "OPERATION_TOO_LARGE") continue;
      const strange = ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "INTERNAL_SERVER_ERROR", "FORBIDDEN"].includes(
        code,
      );
      assert.ok(!strange, `${field.name}: ${JSON.stringify(answer.errors)}`);
      // Its audit record is written behind its answer, and the next answer may hold a cursor.
      await bench.settled();
      return saying(answer);
    }
    throw new Error(`${field.name} is too large to be asked at all`);
  };
}

/** What tenant b is answered, by what it asked; with `names`, tenant a has nothing, and b asks with these. */
async function world(names?: Filled): Promise<{ answers: Map<string, string>; theirs: Filled }> {
  const answers = new Map<string, string>();
  let theirs = names;
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const other = await makeTenant(bench, "b", admin);
    const [a, b] = await bench.scope.store.tenants.all();
    await countFrom(bench, 5_000);
    theirs ??= await fill(bench, a, MARK);
    await countFrom(bench, 7_000);
    await fill(bench, b, "mark-of-b");
    await bench.settled();
    const before = await everythingOf(bench, a.id);
    const ask = asker(bench, other.headers);
    for (const { kind, field } of FIELDS) {
      answers.set(field.name, await ask(kind, field));
      // What goes on behind an answer takes numbers of the log, which are cursors.
      await bench.settled();
    }
    for (const { kind, field } of FIELDS) {
      for (const leaf of leavesOf(field)) {
        for (const name of isId(leaf) ? theirs.ids : isName(leaf) ? theirs.names : []) {
          const value = leaf.type === "KeyColumn" ? [name] : name;
          const answer = await ask(kind, field, { path: leaf.path, value });
          answers.set(`${field.name}(${leaf.path}: ${name})`, answer);
        }
      }
    }
    await bench.settled();
    assert.equal(await everythingOf(bench, a.id), before, "something of the other tenant has changed");
  });
  return { answers, theirs: theirs! };
}

Deno.test("every field answers as if the other tenant had nothing, and changes nothing of it", async () => {
  const { answers, theirs } = await world();
  const { answers: without } = await world(theirs);
  assert.ok(answers.size > 200, `${answers.size} questions`);
  const different = [...answers].filter(([question, answer]) => answer !== without.get(question));
  assert.deepEqual(different.map(([question, answer]) => ({ question, answer, without: without.get(question) })), []);
  const told = [...answers].filter(([question, answer]) => {
    const name = /: (.*)\)$/.exec(question)?.[1];
    return (name === undefined ? answer : answer.replaceAll(name, "")).includes(MARK);
  });
  assert.deepEqual(told, [], "what is the other tenant's stands in an answer");
});

/** How each subscription is opened from its beginning, as far as its tenant's log goes back. */
const SUBSCRIPTIONS: Readonly<Record<string, string>> = {
  alerts: `subscription { alerts(after: "${btoa("event:0")}") { cursor alert { reason sensor { key } } } }`,
  events: `subscription { events(after: "${btoa("event:0")}") { cursor body alert { reason } } }`,
};

Deno.test("a subscription begins with one's own events, whatever others have in theirs", async () => {
  const fields = Object.keys(schema.getSubscriptionType()!.getFields());
  assert.deepEqual(fields.filter((name) => !(name in SUBSCRIPTIONS)), [], "Say how it is opened, in SUBSCRIPTIONS.");
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const other = await makeTenant(bench, "b", admin);
    const [a, b] = await bench.scope.store.tenants.all();
    await fill(bench, a, MARK);
    await fill(bench, b, "mark-of-b");
    for (const query of Object.values(SUBSCRIPTIONS)) {
      const leaving = new AbortController();
      const answer = await bench.send(
        new Request("http://gateway.test/graphql", {
          method: "POST",
          headers: { "content-type": "application/json", accept: "text/event-stream", ...other.headers },
          body: JSON.stringify({ query }),
          signal: leaving.signal,
        }),
      );
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("event: next")) text += (await within("an event", reader.read())).value ?? "";
      leaving.abort();
      await reader.cancel().catch(() => {});
      assert.ok(text.includes("mark-of-b") && !text.includes(MARK), text);
    }
  });
});

Deno.test("tenants are made by the first one alone, who is told what is wrong", async () => {
  await withGateway(ENGINE, async (bench) => {
    await assert.rejects(
      makeTenant(bench, "b", { prefix: "", secret: "", headers: {} as never }),
      /key for yourself first/,
    );
    const admin = await firstKey(bench);
    for (const key of ["", "B", "a b", "-a", "a-", "x".repeat(41), "a/b", "ä"]) {
      await assert.rejects(makeTenant(bench, key, admin), /small letters and digits/);
    }
    const b = await makeTenant(bench, "b", admin);
    await assert.rejects(makeTenant(bench, "b", admin), /a tenant "b" already/);
    for (const key of ["b", "default", "none"]) {
      await assert.rejects(makeTenant(bench, key, b), /made by the tenant default/, "whether it is there or not");
    }
    const { data } = await bench.post("{ tenant { key } keys { createdBy } }", {}, b.headers);
    assert.deepEqual(data, { tenant: { key: "b" }, keys: [{ createdBy: "admin" }] });
  });
});
