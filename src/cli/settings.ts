/** Settings of detection as files: out of a gateway, into it as drafts, and checked without one. */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { defaultDocument } from "../domain/detection/settings_document.ts";
import { QUANTITIES } from "../domain/plant/quantity.ts";
import { settingsJsonSchema } from "../operations/detection/settings_schema.ts";
import { readConfig } from "../config.ts";
import { request } from "./graphql_client.ts";
import { parseJson, readSettingsFile, SettingsFileFaults } from "./settings_file.ts";

const USAGE = `usage: deno task settings export [--out FILE] [--url URL]
       deno task settings import FILE [--from-other-tenant] [--url URL]
       deno task settings check FILE
       deno task settings default
       deno task settings schema

export   all that is live and was promoted, as a file
import   makes drafts of such a file; nothing is judged by them before they are promoted
check    says what is wrong and strange with a file, or with a document that says what it changes, without a gateway
default  the settings of this release, whole: a document to cut down to what is to be changed
schema   JSON Schema of documents, with unit and effect of every field

  --url URL            the gateway; http://127.0.0.1:4000 when left out. MILLWRIGHT_KEY is the key that it is asked with
  --out FILE           where to write; standard output when left out
  --from-other-tenant  the file is of another tenant, and that is meant`;

const COMMANDS = ["export", "import", "check", "default", "schema"];

export async function run(args: string[]): Promise<number> {
  const { values, positionals: [command, file] } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: "string" },
      url: { type: "string", default: "http://127.0.0.1:4000" },
      "from-other-tenant": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (command === undefined || !COMMANDS.includes(command)) {
    console.error(`Say one of ${COMMANDS.join(", ")}.\n\n${USAGE}`);
    return 2;
  }
  if (file === undefined && (command === "import" || command === "check")) {
    console.error(`Name the file to ${command}.\n\n${USAGE}`);
    return 2;
  }
  switch (command) {
    case "export":
      return await exportFile(values.url, values.out);
    case "import":
      return await importFile(values.url, { file, fromOtherTenant: values["from-other-tenant"] });
    case "check":
      return await checkFile(file);
    default:
      await write(values.out, command === "schema" ? settingsJsonSchema() : defaultDocument());
      return 0;
  }
}

function gatewayAt(url: string) {
  return { url, key: readConfig().key };
}

async function exportFile(url: string, out: string | undefined): Promise<number> {
  const { exportSettings } = await request<{ exportSettings: unknown }>(gatewayAt(url), "{ exportSettings }", {});
  await write(out, exportSettings);
  return 0;
}

const IMPORT = `mutation ($input: ImportSettingsInput!) { importSettings(input: $input) {
  __typename
  ... on ImportSettingsPayload { unchanged drafts {
    id scope { quantity asset { key } sensor { key } } changes { path before after unit } warnings { path message }
  } }
  ... on Error { message }
} }`;

interface ImportedDraft {
  readonly id: string;
  readonly scope: {
    readonly quantity: string | null;
    readonly asset: { readonly key: string } | null;
    readonly sensor: { readonly key: string } | null;
  };
  readonly changes: readonly { path: string; before: unknown; after: unknown; unit: string }[];
  readonly warnings: readonly { path: string; message: string }[];
}

interface ImportAnswer {
  readonly importSettings: { message?: string; unchanged: number; drafts: readonly ImportedDraft[] };
}

async function importFile(
  url: string,
  { file, fromOtherTenant }: { file: string; fromOtherTenant: boolean },
): Promise<number> {
  const input = { file: parseJson(file, await readFile(file, "utf8")), fromOtherTenant };
  const { importSettings: { message, drafts, unchanged } } = await request<ImportAnswer>(
    gatewayAt(url),
    IMPORT,
    { input },
  );
  if (message !== undefined) throw new SettingsFileFaults(`${file}: ${message}`);
  for (const { id, scope: { quantity, asset, sensor }, changes, warnings } of drafts) {
    const whom = sensor !== null
      ? `sensor ${sensor.key}`
      : asset !== null
      ? `asset ${asset.key}`
      : quantity ?? "tenant";
    console.log(`draft ${id} for ${whom}: ${changes.length} changes`);
    for (const { path, before, after, unit } of changes) {
      console.log(`  ${path}: ${shown(before)} -> ${shown(after)} ${unit}`.trimEnd());
    }
    for (const { path, message } of warnings) console.log(`  warning: ${path}: ${message}`);
  }
  console.log(
    `${drafts.length} drafts; ${unchanged} scopes say the same already. Nothing is live before it is promoted.`,
  );
  return 0;
}

async function checkFile(file: string): Promise<number> {
  const told = new Set<string>();
  for (const quantity of QUANTITIES) {
    const { warnings } = await readSettingsFile(file, quantity);
    for (const { path, message } of warnings) told.add(`${file}: warning: ${path}: ${message}`);
  }
  for (const line of told) console.error(line);
  console.log(`${file}: ${told.size === 0 ? "nothing is wrong with it" : `${told.size} warnings, no faults`}`);
  return 0;
}

function shown(value: unknown): string {
  return value === null ? "none" : JSON.stringify(value);
}

async function write(out: string | undefined, value: unknown): Promise<void> {
  const text = JSON.stringify(value, undefined, 2);
  if (out === undefined) console.log(text);
  else await writeFile(out, `${text}\n`);
}
