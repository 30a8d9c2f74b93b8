/** What is wrong with the service right now, for people and for probes. */
import type { Backlog } from "../ports/intake/batch.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../ports/workflows.ts";

export interface Health {
  readonly ok: boolean;
  /** Per part: "ok", or what is wrong and what to do. */
  readonly checks: Readonly<Record<string, string>>;
  /** What is not done yet, whether or not that is a fault. */
  readonly backlog?: Backlog;
}

export interface HealthDeps {
  readonly store: Pick<Store, "schemaVersion" | "batches" | "writeFault">;
  readonly workflows: Pick<Workflows, "fault">;
  /** Number of the last migration that this code knows. */
  readonly expectedSchema: number;
  /** An unfinished batch that was accepted longer ago says that something is stuck. */
  readonly behindMaxMs: number;
}

/** Probes give up after some seconds: each part is asked for so long at most. */
const CHECK_MAX_MS = 3_000;

/**
 * Whether the store answers, has room, and has the schema of this code: then a gateway can accept, whatever becomes of
 * Temporal and of workers meanwhile.
 */
export async function checkStore({ store, expectedSchema }: HealthDeps): Promise<Health> {
  try {
    const version = await within(CHECK_MAX_MS, store.schemaVersion());
    return toHealth({
      store: store.writeFault() ?? "ok",
      migrations: version === expectedSchema ? "ok" : schemaFault(version, expectedSchema),
    });
  } catch (error) {
    return toHealth({ store: (error as Error).message, migrations: "unknown while the store does not answer" });
  }
}

/** Everything: store, migrations, Temporal, worker, and whether batches are stuck. */
export async function checkHealth(deps: HealthDeps): Promise<Health> {
  const [store, fault, backlog] = await Promise.all([
    checkStore(deps),
    within(CHECK_MAX_MS, deps.workflows.fault()).catch((error: Error) => ({
      server: `Temporal does not answer: ${error.message}`,
      worker: undefined,
    })),
    within(CHECK_MAX_MS, deps.store.batches.backlog()).catch((error: Error) => error),
  ]);
  const worker = fault.server === undefined ? fault.worker ?? "ok" : "unknown while Temporal does not answer";
  const batches = backlog instanceof Error
    ? "unknown while the store does not answer"
    : backlogFault(backlog, deps.behindMaxMs) ?? "ok";
  const health = toHealth({ ...store.checks, temporal: fault.server ?? "ok", worker, batches });
  return backlog instanceof Error ? health : { ...health, backlog };
}

function backlogFault({ unfinished, oldest }: Backlog, behindMaxMs: number): string | undefined {
  if (oldest === undefined || oldest.ageMs <= behindMaxMs) return undefined;
  const age = `${Math.floor(oldest.ageMs / 60_000)} min`;
  return `${unfinished} batches are unfinished. The oldest, batch ${oldest.id} of ${oldest.source}, was accepted ${age} ago: ` +
    "look at its workflow in the Temporal UI; giveUpBatch ends a batch that stands in the way of its source.";
}

function schemaFault(version: number, expected: number): string {
  return version < expected
    ? `The store has migration ${version}, this code needs ${expected}: run \`deno task migrate\`.`
    : `The store has migration ${version}, newer than this code's ${expected}: start the newer release.`;
}

function toHealth(checks: Record<string, string>): Health {
  return { ok: Object.values(checks).every((check) => check === "ok"), checks };
}

/** Throws when `work` takes longer. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
