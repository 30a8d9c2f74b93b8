/**
 * Every statement that touches a table with a tenant names the tenant, in each query block that does: hypertables with
 * compression can have no row-level security, so this is their wall. The statements are read from the source, whether
 * or not a test runs them.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Statement {
  readonly file: string;
  readonly line: number;
  /** With `$` for each of its parameters and fragments. */
  readonly text: string;
  /** What is put in for these, as it stands in the source. */
  readonly given: readonly string[];
  /** Of a fragment, the constant that it is, or the function beside that makes it. */
  readonly name: string | undefined;
}

/** What touches a table without naming a tenant, by file and table, each with the reason. */
const FOR_ALL: Readonly<Record<string, string>> = {
  "src/timescale/access/key.ts api_key": "whether there is any key decides for all whether one is needed",
  "src/timescale/alerting/notification.ts notification": "a worker brings what is due for all, and each row says whose",
  "src/timescale/alerting/presence.ts sensor_presence": "who is overdue is looked for in all, and each row says whose",
  "src/timescale/history/reprocess.ts reprocess_run": "a beginning of statements: each that goes on from it says whose",
  "src/timescale/history/upkeep.ts reading_horizon": "a chunk is compressed when it may be for every tenant",
  "src/timescale/intake/batch.ts batch": "health tells how far behind the service is as a whole",
};

/** The templates of `sql` in a source text; fragments inside of others count by themselves. */
function statementsIn(file: string, source: string): Statement[] {
  const found: Statement[] = [];
  /** Reads the template that begins behind `from`; answers the place behind its end. */
  const read = (from: number, isSql: boolean): number => {
    let text = "";
    const given: string[] = [];
    let i = from;
    while (source[i] !== "`") {
      if (source.startsWith("${", i)) {
        const end = readHole(i + 2);
        given.push(source.slice(i + 2, end - 1));
        text += "$";
        i = end;
      } else {
        if (source[i] === "\\") text += source[i++];
        text += source[i++];
      }
    }
    const before = source.slice(0, from);
    const name = /\bconst (\w+) = (?:\([^`;]*\) =>\s*)?sql(?:<[^`;]*>)?`$/.exec(before)?.[1];
    if (isSql) found.push({ file, line: before.split("\n").length, text, given, name });
    return i + 1;
  };
  /** Reads code up to the brace that closes it. */
  const readHole = (from: number): number => {
    let depth = 1;
    let i = from;
    while (depth > 0) {
      if (source[i] === "{") depth++;
      if (source[i] === "}") depth--;
      i = source[i] === "`" ? read(i + 1, isSqlTag(source.slice(0, i))) : i + 1;
    }
    return i;
  };
  for (let i = 0; i < source.length;) {
    if (source.startsWith("/*", i)) i = source.indexOf("*/", i) + 2;
    else if (source.startsWith("//", i)) i = source.indexOf("\n", i);
    else if (source[i] === '"') i = /"(?:[^"\\\n]|\\.)*"/y.exec(source.slice(i))![0].length + i;
    else if (source[i] === "`") i = read(i + 1, isSqlTag(source.slice(0, i)));
    else i++;
  }
  return found;
}

function isSqlTag(before: string): boolean {
  return /\b(?:sql|tx)\s*(?:<[^`;]*>)?\s*$/.test(before.slice(-300));
}

/** A part of a statement that selects or changes by itself, without those inside of it. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  const stack: { text: string }[] = [{ text: "" }];
  for (const sign of text) {
    if (sign === "(") stack.push({ text: "" });
    else if (sign === ")" && stack.length > 1) {
      const inner = stack.pop()!.text;
      if (/^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(inner)) blocks.push(inner);
      else stack.at(-1)!.text += `(${inner})`;
    } else stack.at(-1)!.text += sign;
  }
  return [...blocks, stack[0].text];
}

async function readAll(folder: string, end: string): Promise<[string, string][]> {
  const names = (await readdir(join(ROOT, folder), { recursive: true })).filter((name) => name.endsWith(end)).sort();
  return await Promise.all(
    names.map(async (name) =>
      [`${folder}/${name}`, await readFile(join(ROOT, folder, name), "utf8")] as [string, string]
    ),
  );
}

const migrations = (await readAll("migrations", ".sql")).map(([, text]) => text.replace(/--.*/g, "")).join("\n");
const TENANTS = [
  ...new Set(
    migrations.split(";").filter((one) => /\btenant_id\b/.test(one)).flatMap((one) =>
      /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/.exec(one)?.[1] ??
        /ALTER TABLE (\w+)\s+ADD COLUMN tenant_id/.exec(one)?.[1] ?? []
    ),
  ),
];
const statements = (await readAll("src/timescale", ".ts")).flatMap(([file, text]) => statementsIn(file, text));
const TOUCHES = new RegExp(String.raw`\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?(${TENANTS.join("|")})\b`, "gi");

Deno.test("the statements and the tables are found", () => {
  const some = ["asset", "batch", "batch_payload", "reading", "alert", "alert_evidence", "event", "api_key"];
  assert.deepEqual(some.filter((name) => !TENANTS.includes(name)), [], TENANTS.join());
  assert.ok(statements.length > 100, `${statements.length} statements`);
  const shown = statementsIn(
    "f",
    'const a = sql<Row[]>`SELECT ${x({ b: `c` })} FROM ${sql`(SELECT 1)`} d`; // `no`\nf("`")',
  );
  assert.deepEqual(shown.map(({ text, line }) => [text, line]), [["(SELECT 1)", 1], ["SELECT $ FROM $ d", 1]]);
  assert.deepEqual(blocksOf("SELECT a FROM b WHERE c IN (SELECT d FROM e WHERE f = ($)) AND g"), [
    "SELECT d FROM e WHERE f = ($)",
    "SELECT a FROM b WHERE c IN  AND g",
  ]);
});

/** Statements with the fragments put in that are constants beside them. */
function joined({ file, text, given }: Statement): string {
  let place = 0;
  return text.replace(/\$/g, () => {
    const own = statements.filter((one) =>
      one.file === file && one.name !== undefined && one.name === /^\w+/.exec(given[place])?.[0]
    );
    place++;
    // Of several by one name, one that names no tenant counts.
    return (own.find((one) => !NAMES_TENANT.test(one.text)) ?? own[0])?.text ?? "$";
  });
}

/** By a condition, or as a column of the row that is written; not as a column that is read. */
const NAMES_TENANT =
  /\btenant_id\s*=|=\s*(?:\w+\.)?tenant_id\b|\bINTO\s+\w+\s*\([^)]*\btenant_id\b|\(tenant_id,[^)]*\)\s+IN\b/;

/** Tables in a block that are a tenant's, but for names that the statement itself gives to something else. */
function touched(block: string, statement: string): string[] {
  const own = new Set([...statement.matchAll(/\b(\w+) AS \(/g)].map(([, name]) => name));
  return [...block.matchAll(TOUCHES)].filter(([words, table]) =>
    !own.has(table) || /^(?:UPDATE|INTO)/i.test(words) || /DELETE\s+FROM/i.test(block)
  ).map(([, table]) => table);
}

Deno.test("each block of a statement that touches a tenant's table names the tenant", () => {
  const silent = statements.flatMap((statement) => {
    const text = joined(statement);
    return blocksOf(text).filter((block) => !NAMES_TENANT.test(block)).flatMap((block) =>
      touched(block, text).map((table) => ({
        where: `${statement.file} ${table}`,
        line: statement.line,
        block: block.replace(/\s+/g, " ").trim(),
      }))
    );
  });
  const unexplained = silent.filter(({ where }) => !Object.hasOwn(FOR_ALL, where));
  assert.deepEqual(unexplained, [], "Name the tenant; or say in FOR_ALL why it is for all of them.");
  const left = Object.keys(FOR_ALL).filter((where) => !silent.some((one) => one.where === where));
  assert.deepEqual(left, [], "Take out of FOR_ALL what has gone.");
});
