/** Keys on the command line: straight in the store, for whoever has it. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../app.ts";
import { readConfig } from "../config.ts";
import type { Actor } from "../domain/access/actor.ts";
import { endOf, type Key } from "../domain/access/key.ts";
import { ACCESS_SCOPES } from "../domain/access/scope.ts";
import { FIRST_TENANT } from "../domain/access/tenant.ts";
import { createKey, type KeyScope } from "../operations/access/create_key.ts";
import { createTenant } from "../operations/access/create_tenant.ts";
import { revokeKey } from "../operations/access/revoke_key.ts";
import { rotateKey } from "../operations/access/rotate_key.ts";
import { SECRETS } from "../secrets.ts";
import { connectStore } from "../timescale/connect.ts";
import { migrate } from "../timescale/migrate.ts";
import { createStore } from "../timescale/store.ts";

const SCOPES = Object.entries(ACCESS_SCOPES).map(([scope, about]) => `  ${scope.padEnd(10)} ${about}`).join("\n");

const USAGE = `usage: deno task key COMMAND [options]

Makes, lists and ends keys, in the store itself (DATABASE_URL, or the embedded one under .millwright/). The embedded store takes one process
at a time: stop the service, or use the mutations createKey, rotateKey and revokeKey of the running one. A running gateway
knows of it within 5 seconds. From the first key on everything needs one, so the first has to have the scope admin.

  create NAME --scopes SCOPE,...   make a key; its secret is printed once
      --expires DAYS               end it after so many days
      --requests-per-second N      let it ask so often
      --readings-per-second N      let it send so many readings
  list                             all keys, the newest first
  rotate PREFIX [--overlap HOURS]  make another for the same purpose; the old one ends after so many hours (24)
  revoke PREFIX                    end a key at once
  tenant KEY                       make a tenant, with a first key of its own

  --tenant KEY                     of this tenant (${FIRST_TENANT})

Scopes:
${SCOPES}`;

/** What the command line asks for makes no sense. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  tenant: { type: "string", default: FIRST_TENANT },
  scopes: { type: "string" },
  expires: { type: "string" },
  overlap: { type: "string", default: "24" },
  "requests-per-second": { type: "string" },
  "readings-per-second": { type: "string" },
} as const;

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>["values"];

const COMMANDS: Readonly<Record<string, (scope: KeyScope, what: string, options: Options) => Promise<string>>> = {
  async create(scope, name, options) {
    const { key, text } = await createKey(scope, {
      name,
      scopes: (options.scopes ?? "").split(",").map((word) => word.trim()).filter((word) => word !== ""),
      expiresAtMs: options.expires === undefined
        ? undefined
        : scope.clock.nowMs() + numberOf("expires", options.expires) * 86_400_000,
      requestsPerSecond: optionalNumber("requests-per-second", options),
      readingsPerSecond: optionalNumber("readings-per-second", options),
    });
    return `${row(key, scope.clock.nowMs())}\nThe key, which is shown this once: ${text}`;
  },
  async list(scope) {
    const keys = await scope.store.keys.list(scope.tenant.id);
    if (keys.length === 0) return "There is no key: nobody needs one, and the gateway listens on loopback only.";
    return keys.map((key) => row(key, scope.clock.nowMs())).join("\n");
  },
  async rotate(scope, prefix, { overlap }) {
    const { replaced, text } = await rotateKey(scope, { prefix, overlapMs: numberOf("overlap", overlap) * 3_600_000 });
    return `${row(replaced, scope.clock.nowMs())}\nThe new key, which is shown this once: ${text}`;
  },
  async revoke(scope, prefix) {
    return row(await revokeKey(scope, prefix), scope.clock.nowMs());
  },
  async tenant(scope, key) {
    const { text } = await createTenant(scope, key);
    return `The tenant ${key} is there. Its first key, which is shown this once and has the scope admin: ${text}`;
  },
};

const ACTOR: Actor = { name: "command line" };

export async function run(args: string[]): Promise<number> {
  const { values, positionals: [command, what] } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help || command === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new UsageFault(`There is no command ${JSON.stringify(command)}.\n\n${USAGE}`);
  }
  if (what === undefined && command !== "list") throw new UsageFault(`${command} of what? See deno task key --help`);
  const { databaseUrl, home } = readConfig();
  const connection = await connectStore({ databaseUrl, dataFolder: join(home, "store"), poolSize: 2 });
  try {
    await migrate(connection.sql, { folder: MIGRATIONS });
    const store = createStore(connection.sql, connection);
    const tenant = await store.tenants.byKey(values.tenant);
    if (tenant === undefined) throw new UsageFault(`There is no tenant ${JSON.stringify(values.tenant)}.`);
    const clock = { nowMs: () => Date.now() };
    const scope: KeyScope = { store, tenant, actor: ACTOR, clock, secrets: SECRETS, observe: () => {} };
    console.log(await COMMANDS[command](scope, what, values));
    return 0;
  } finally {
    await connection.close();
  }
}

function row(key: Key, nowMs: number): string {
  const end = endOf(key, nowMs);
  const until = end ?? (key.expiresAtMs === undefined ? "does not expire" : `until ${minute(key.expiresAtMs)}`);
  const used = key.lastUsedAtMs === undefined ? "not used yet" : `used ${minute(key.lastUsedAtMs)}`;
  return [key.prefix, key.name.padEnd(20), key.scopes.join(",").padEnd(12), until, used].join("  ");
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

function optionalNumber(name: "requests-per-second" | "readings-per-second", options: Options): number | undefined {
  const text = options[name];
  return text === undefined ? undefined : numberOf(name, text);
}

/** Throws `UsageFault`. */
function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) {
    throw new UsageFault(`--${name} has to be a number, not ${JSON.stringify(text)}.`);
  }
  return value;
}
