/** docs/errors.md says what the program says, and leaves nothing out. */
import { isObjectType } from "graphql";
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { schema } from "../../graphql/schema.ts";
import { QUARANTINE_REASONS } from "../../src/domain/intake/quarantine.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const text = await readFile(join(ROOT, "docs/errors.md"), "utf8");
const sources = await readSources();

/** The program as text, with what was cut into several strings put together again. */
async function readSources(): Promise<string> {
  const folders = ["src", "graphql"];
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true })).map((name) => join(ROOT, folder, name))
    ),
  );
  const files = names.flat().filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.join("\n").replace(/["'`] \+\s*["'`]/g, "").replaceAll("\\`", "`");
}

/** Rows of the table under `heading`: what its first cell has in code, and the last cell. */
function rows(heading: string): Map<string, string> {
  const section = text.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
  const found = section.split("\n").filter((line) => line.startsWith("| `")).flatMap((line) => {
    const cells = line.split(" | ");
    const names = [...cells[0].matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name);
    return names.map((name) => [name, cells.at(-1)!.replace(/ \|$/, "")] as const);
  });
  return new Map(found);
}

Deno.test("each reason for quarantine has what to do about it, and no other has", () => {
  const described = rows("Quarantine");
  const reasons = Object.keys(QUARANTINE_REASONS).map((reason) => reason.toUpperCase());
  assert.deepEqual([...described.keys()].sort(), [...reasons, "OTHER"].sort());
  for (const [reason, remedy] of described) assert.ok(remedy.length > 30, `${reason}: ${remedy}`);
});

Deno.test("each error that a mutation may answer is described", () => {
  const errors = Object.values(schema.getTypeMap()).filter((type) =>
    isObjectType(type) && type.getInterfaces().some(({ name }) => name === "Error")
  );
  assert.deepEqual([...rows("Results of mutations").keys()].sort(), errors.map(({ name }) => name).sort());
});

Deno.test("each code of an error is described", () => {
  const described = rows("Codes of errors");
  const codes = new Set(
    [...sources.matchAll(/\bcode: "([A-Z_]+)"|coded\(known, "([A-Z_]+)"/g)].map((m) => m[1] ?? m[2]),
  );
  assert.ok(codes.size > 8, [...codes].join());
  assert.deepEqual([...codes].filter((code) => !described.has(code)), []);
});

Deno.test("what is quoted is what the program says", () => {
  const quoted = [...text.matchAll(/"([^"\n]+)"/g)].map(([, quote]) => quote).filter((quote) => quote.includes(" "));
  assert.ok(quoted.length > 12);
  const wrong = quoted.flatMap((quote) => quote.split("…").map((part) => part.trim()))
    .filter((part) => part.length > 5 && !sources.includes(part));
  assert.deepEqual(wrong, []);
});

Deno.test("each setting that is named exists", async () => {
  const settings = await readFile(join(ROOT, ".env.example"), "utf8");
  const named = [...text.matchAll(/MILLWRIGHT_[A-Z_]+[A-Z]/g)].map(([name]) => name);
  assert.deepEqual(named.filter((name) => !settings.includes(`# ${name}=`)), []);
});
