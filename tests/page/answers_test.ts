/**
 * What the page believes of answers and variables is what the schema says: the types beside its documents are compared,
 * by the compiler, with types that are made from the schema.
 */
import { buildSchema, parse } from "graphql";
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { typesOf } from "../fixtures/answer_types.ts";
import { type PageDocument, pageDocuments, WEB } from "../fixtures/page_documents.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GOLDEN = new URL("../golden/schema.graphql", import.meta.url);

const HEAD = `type Document<A, V> = string & { readonly answer?: A; readonly variables?: V };
type Answer<D> = D extends Document<infer A, infer _V> ? A : never;
type Variables<D> = D extends Document<infer _A, infer V> ? V : never;
`;

/** What comes has to fit what the page takes it for; what the page hands over has to fit what is taken. */
async function sourceOf(documents: readonly PageDocument[]): Promise<string> {
  const schema = buildSchema(await readFile(GOLDEN, "utf8"));
  const parts = documents.map(({ file, name, text }) => {
    const { answer, variables } = typesOf(schema, parse(text));
    const document = `typeof import(${JSON.stringify(`file://${WEB}${file}`)}).${name}`;
    return `
declare const comes_${name}: ${answer};
export const answer_of_${name}: Answer<${document}> = comes_${name};
declare const given_${name}: Variables<${document}>;
export const variables_of_${name}: ${variables} = given_${name};
`;
  });
  return HEAD + parts.join("");
}

/** What the compiler says about a file of `source`; "" when all is well. */
async function complaintsAbout(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-answers-"));
  try {
    const file = join(folder, "answers.ts");
    await writeFile(file, source);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", join(ROOT, "deno.json"), file],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("types of answers and variables are those of the schema", async () => {
  assert.equal(await complaintsAbout(await sourceOf(await pageDocuments())), "");
});

Deno.test("a type that says what is not so is found: null, another name, another value, what is not asked for", async () => {
  const lies = [
    "{ plant: { now: number } }",
    "{ plant: { now: string; more: string } }",
    "{ plant: { now: string; standing: { worst: string } } }",
    `{ plant: { now: string; standing: { worst: "LOW" | null } } }`,
  ];
  const text = "query Lie { plant { now standing { worst } } }";
  const schema = buildSchema(await readFile(GOLDEN, "utf8"));
  const { answer } = typesOf(schema, parse(text));
  const source = [
    `declare const comes: ${answer};`,
    `export const truth: { plant: { now: string; standing: { worst: string | null } } } = comes;`,
    ...lies.map((lie, i) => `export const lie_${i}: ${lie} = comes;`),
  ].join("\n");
  const said = await complaintsAbout(source);
  lies.forEach((_, i) => assert.match(said, new RegExp(`lie_${i}\\b`)));
  assert.doesNotMatch(said, /truth/);
});
