/** The only reader of the environment. All faults are reported at once, each with the name of its variable. */
import { isIP } from "node:net";
import { z } from "zod";
import { LEVELS } from "./observation.ts";

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const flag = z.enum(["true", "false"]).transform((value) => value === "true");
const list = (fault: string, isOne: (entry: string) => boolean) =>
  z.string().default("").refine((text) => entriesOf(text).every(isOne), fault);

const SCHEMA = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "has to begin with postgres:// or postgresql://" })
    .optional()
    .describe("Store; left out: the embedded one under MILLWRIGHT_HOME"),
  TEMPORAL_ADDRESS: z.string().regex(/^[^\s/]+:\d+$/, "has to be host:port").optional()
    .describe("Temporal server; left out: a development server of our own"),
  TEMPORAL_NAMESPACE: z.string().min(1).default("default").describe("Temporal namespace"),
  TEMPORAL_UI_URL: z.url().optional().describe("Address of the Temporal UI as browsers see it, for links"),
  MILLWRIGHT_TEMPORAL_CLI: z.string().min(1).optional().describe(
    "Path of a temporal executable, for the development server",
  ),
  MILLWRIGHT_HOME: z.string().min(1).default(".millwright").describe("Folder for data and caches"),
  MILLWRIGHT_HOST: z.string().min(1).default("127.0.0.1").describe("Address that the gateway listens on"),
  MILLWRIGHT_PORT: whole(0, 65_535).default(4000).describe("Port of the gateway; 0: any free one"),
  MILLWRIGHT_ALLOW_OPEN: flag.default(false)
    .describe("Allow an address that is not loopback while there is no key, so that nobody has to log in"),
  MILLWRIGHT_FIRST_KEY: flag.default(false)
    .describe("Where there is no key yet, make one with the scope admin at the start of a gateway, and print it once"),
  MILLWRIGHT_KEY: z.string().regex(/^mwk_[a-z0-9]+_[a-z0-9]+$/, "has to be a key").optional()
    .describe("Key that the demo sends its readings with, where the store has keys"),
  MILLWRIGHT_ALLOWED_HOSTS: list("has to be names without scheme and port, with commas between them", isHostname)
    .describe("Names that the gateway is reached by besides localhost, such as a proxy's, with commas between them"),
  MILLWRIGHT_ALLOWED_ORIGINS: list("has to be origins such as https://plant.example, with commas between", isOrigin)
    .describe("Origins of other sites whose pages may use the gateway, with commas between them"),
  MILLWRIGHT_GRAPHIQL: flag.default(true).describe("Serve GraphiQL to browsers"),
  MILLWRIGHT_LOG: z.enum(["auto", "json", "text"]).default("auto").describe(
    "Form of the log; auto: text where a person reads it in a terminal, JSON elsewhere",
  ),
  MILLWRIGHT_LOG_LEVEL: z.enum(LEVELS as [string, ...string[]]).default("info").describe("Least level that is logged"),
  MILLWRIGHT_BODY_BYTES_MAX: whole(1_024, 256 * 2 ** 20).default(8 * 2 ** 20).describe("Longest request body"),
  MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX: whole(1, 1_000_000).default(1_000)
    .describe("Subscriptions that one address may have open; behind a proxy all clients have its address"),
  MILLWRIGHT_SUBSCRIPTIONS_MAX: whole(1, 1_000_000).default(5_000).describe("Subscriptions of all clients together"),
  MILLWRIGHT_UNFINISHED_BATCHES_MAX: whole(1, 1_000_000).default(10_000)
    .describe("Batches of a tenant that may wait to be processed; more are refused"),
  MILLWRIGHT_SENSORS_MAX: whole(1, 10_000_000).default(100_000).describe(
    "Sensors of a tenant that batches may bring into being",
  ),
  MILLWRIGHT_FUTURE_MAX_MINUTES: whole(0, 525_600).default(5).describe(
    "How far ahead of its receipt a reading's time may be; a clock runs ahead by seconds, a wrong zone by hours",
  ),
  MILLWRIGHT_REPROCESSINGS_MAX: whole(1, 1_000).default(10).describe("Reprocess runs of a tenant at once"),
  MILLWRIGHT_COMPRESS_AFTER_DAYS: whole(7, 36_525).default(30)
    .describe("Age from which readings are compressed, where the store can"),
  MILLWRIGHT_TEMPORAL_RETENTION_HOURS: whole(1, 8_760).default(24).describe(
    "How long our own development server keeps workflows that have ended: links to them end then, its file grows until then",
  ),
  MILLWRIGHT_BEHIND_MAX_SECONDS: whole(10, 31_536_000).default(300)
    .describe("Age of an unfinished batch from which /health calls the service behind"),
  MILLWRIGHT_NOTIFY_NETWORKS: list("has to be networks such as 10.1.0.0/16, with commas between them", isNetwork)
    .describe("Private networks that notifications may be sent to, with commas between them; without them, none"),
  MILLWRIGHT_SMTP_URL: z.string().regex(
    /^smtps?:\/\/[^\s/?#]+\/?$/,
    "has to be smtp://host or smtps://user:password@host:port",
  )
    .optional().describe("Mail server for notifications"),
  MILLWRIGHT_MAIL_FROM: z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, "has to be a mailbox").optional()
    .describe("Sender of mails"),
  MILLWRIGHT_POOL_SIZE: whole(2, 200).default(10)
    .describe("Connections to a store with DATABASE_URL; a gateway opens half as many more for queries"),
});

type Settings = z.infer<typeof SCHEMA>;

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly poolSize: number;
  readonly temporal: {
    readonly address: string | undefined;
    readonly namespace: string;
    readonly uiUrl: string | undefined;
    readonly executable: string | undefined;
    readonly path: string;
    readonly retentionHours: number;
  };
  readonly home: string;
  /** For commands that are clients. */
  readonly key: string | undefined;
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    /** Names that it is reached by besides those of loopback. */
    readonly hosts: readonly string[];
    /** Origins of other sites whose pages may use it. */
    readonly origins: readonly string[];
    readonly graphiql: boolean;
    /** Whether it may be reached from other machines while nobody needs a key. */
    readonly allowOpen: boolean;
    readonly firstKey: boolean;
    readonly bodyBytesMax: number;
    readonly subscriptions: { readonly perClientMax: number; readonly max: number };
  };
  readonly notify: {
    /** Private networks that may be reached, as address/prefix. */
    readonly networks: readonly string[];
    readonly mail: { readonly url: string; readonly from: string } | undefined;
  };
  readonly log: { readonly format: "auto" | "json" | "text"; readonly level: "debug" | "info" | "warn" | "error" };
  readonly limits: {
    readonly unfinishedBatchesMax: number;
    readonly sensorsMax: number;
    readonly futureMaxMs: number;
    readonly reprocessingsMax: number;
    readonly behindMaxMs: number;
    readonly compressAfterMs: number;
  };
}

/** Settings that make no sense; the message lists every fault. */
export class ConfigFaults extends Error {
  override readonly name = "ConfigFaults";
}

/** The settings in `environment`. Throws `ConfigFaults`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is how many shells and files say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const { success, data, error } = SCHEMA.safeParse(given);
  const faults = success
    ? []
    : error.issues.map(({ path, message }) => `${path.join(".")}: ${message} (is ${quoted(given[String(path[0])])})`);
  const known = new Set(Object.keys(SCHEMA.shape));
  for (const name of Object.keys(given)) {
    if (name.startsWith("MILLWRIGHT_") && !known.has(name)) faults.push(`${name}: no setting has this name`);
  }
  if ((given.MILLWRIGHT_SMTP_URL === undefined) !== (given.MILLWRIGHT_MAIL_FROM === undefined)) {
    faults.push("MILLWRIGHT_MAIL_FROM: goes together with MILLWRIGHT_SMTP_URL, give both or neither");
  }
  if (faults.length > 0) {
    throw new ConfigFaults(`The settings have faults:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
  }
  return toConfig(data!, given.PATH ?? "");
}

/**
 * Throws `ConfigFaults` for a gateway that other machines would reach while nobody needs a key, unless that is meant.
 */
export function checkOpenness(
  { host, allowOpen }: Pick<Config["gateway"], "host" | "allowOpen">,
  { isOpen }: { isOpen: boolean },
): void {
  if (!isOpen || allowOpen || isLoopback(host)) return;
  throw new ConfigFaults(
    `MILLWRIGHT_HOST: ${host} is reachable from other machines, and there is no key yet, so nobody has to log in. ` +
      "Make one with `deno task key create` or MILLWRIGHT_FIRST_KEY=true; or set MILLWRIGHT_ALLOW_OPEN=true if something " +
      "in front of it checks who comes in.",
  );
}

/** One line per setting with its default and what it is for: the text of .env.example. */
export function settingsText(): string {
  return Object.entries(SCHEMA.shape).map(([name, schema]) => {
    const fallback = schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : "";
    return `# ${schema.description}\n# ${name}=${fallback}\n`;
  }).join("\n");
}

function toConfig(data: Settings, path: string): Config {
  return {
    databaseUrl: data.DATABASE_URL,
    poolSize: data.MILLWRIGHT_POOL_SIZE,
    temporal: {
      address: data.TEMPORAL_ADDRESS,
      namespace: data.TEMPORAL_NAMESPACE,
      uiUrl: data.TEMPORAL_UI_URL?.replace(/\/$/, ""),
      executable: data.MILLWRIGHT_TEMPORAL_CLI,
      path,
      retentionHours: data.MILLWRIGHT_TEMPORAL_RETENTION_HOURS,
    },
    home: data.MILLWRIGHT_HOME,
    key: data.MILLWRIGHT_KEY,
    gateway: {
      host: data.MILLWRIGHT_HOST,
      port: data.MILLWRIGHT_PORT,
      hosts: [data.MILLWRIGHT_HOST, ...entriesOf(data.MILLWRIGHT_ALLOWED_HOSTS)].map((host) => host.toLowerCase()),
      origins: entriesOf(data.MILLWRIGHT_ALLOWED_ORIGINS),
      graphiql: data.MILLWRIGHT_GRAPHIQL,
      allowOpen: data.MILLWRIGHT_ALLOW_OPEN,
      firstKey: data.MILLWRIGHT_FIRST_KEY,
      bodyBytesMax: data.MILLWRIGHT_BODY_BYTES_MAX,
      subscriptions: {
        perClientMax: data.MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX,
        max: data.MILLWRIGHT_SUBSCRIPTIONS_MAX,
      },
    },
    notify: {
      networks: entriesOf(data.MILLWRIGHT_NOTIFY_NETWORKS),
      mail: data.MILLWRIGHT_SMTP_URL === undefined || data.MILLWRIGHT_MAIL_FROM === undefined
        ? undefined
        : { url: data.MILLWRIGHT_SMTP_URL, from: data.MILLWRIGHT_MAIL_FROM },
    },
    log: { format: data.MILLWRIGHT_LOG, level: data.MILLWRIGHT_LOG_LEVEL as Config["log"]["level"] },
    limits: {
      unfinishedBatchesMax: data.MILLWRIGHT_UNFINISHED_BATCHES_MAX,
      sensorsMax: data.MILLWRIGHT_SENSORS_MAX,
      futureMaxMs: data.MILLWRIGHT_FUTURE_MAX_MINUTES * 60_000,
      reprocessingsMax: data.MILLWRIGHT_REPROCESSINGS_MAX,
      behindMaxMs: data.MILLWRIGHT_BEHIND_MAX_SECONDS * 1_000,
      compressAfterMs: data.MILLWRIGHT_COMPRESS_AFTER_DAYS * 86_400_000,
    },
  };
}

function entriesOf(text: string): string[] {
  return text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
}

function isHostname(entry: string): boolean {
  return URL.parse(`http://${entry}`)?.hostname === entry.toLowerCase();
}

function isOrigin(entry: string): boolean {
  return URL.parse(entry)?.origin === entry;
}

function isNetwork(entry: string): boolean {
  const [address, prefix, ...rest] = entry.split("/");
  const bits = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "") && Number(prefix) <= bits;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

/** What a variable held, unless it may be a secret. */
function quoted(value: string | undefined): string {
  if (value === undefined) return "not set";
  if (/mw[ks]_/.test(value)) return "a key or something like it";
  return value.includes("@") ? "an address with credentials" : JSON.stringify(value);
}
