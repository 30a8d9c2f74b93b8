/** What the commands that run until they are stopped have in common. */
import { parseArgs } from "node:util";
import { type App, startApp } from "../app.ts";
import { type Config, readConfig } from "../config.ts";
import { createLog, type Observe } from "../observation.ts";
import { deferred } from "../deferred.ts";

/** After this, a part that does not end is left behind. */
const CLOSE_MAX_MS = 9_000;

export function createCommandLog({ log: { format, level } }: Pick<Config, "log">): Observe {
  const shown = format !== "auto" ? format : process.stderr.isTTY ? "text" : "json";
  return createLog({ format: shown, level, nowMs: Date.now, write: (line) => console.error(line) });
}

/** Resolves when a person or the system asks the process to end. */
export function untilAsked(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
}

/** Closes `app`; false when it took too long. */
export async function closeInTime(app: Pick<App, "close">): Promise<boolean> {
  const { promise: late, resolve } = deferred<false>();
  const timer = setTimeout(() => resolve(false), CLOSE_MAX_MS);
  const closed = await Promise.race([app.close().then(() => true), late]);
  clearTimeout(timer);
  return closed;
}

export interface CommandOptions {
  readonly usage: string;
  readonly parts: readonly ("gateway" | "worker")[];
  /** What has to be set, since this part is for server set-ups. */
  readonly needs?: (config: Config) => string | undefined;
}

/** Runs `parts` until a signal comes or one of them breaks. Answers the exit code. */
export async function runApp(args: string[], { usage, parts, needs }: CommandOptions): Promise<number> {
  const { values } = parseArgs({ args, options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const config = readConfig();
  const missing = needs?.(config);
  if (missing !== undefined) {
    console.error(missing);
    return 2;
  }
  const observe = createCommandLog(config);
  const asked = untilAsked();
  const app = await startApp(config, { parts, observe });
  const end = await Promise.race([asked, app.broken]);
  if (end instanceof Error) observe({ kind: "fault", part: "process", cause: end });
  else observe({ kind: "progress", part: "process", detail: `${end}: finishing what is in flight` });
  const closed = await closeInTime(app);
  observe({
    kind: "stopped",
    part: "process",
    detail: closed ? "everything closed" : "some parts did not close in time",
  });
  return end instanceof Error || !closed ? 1 : 0;
}
