/** What is wrong with the service right now, for people and for probes. */
import { type Store } from "../ports/store.ts";
import type { Workflows } from "../ports/workflows.ts";

export interface Health {
  readonly ok: boolean;
  /** Per part: "ok", or what is wrong and what to do. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface HealthDeps {
  readonly store: Pick<Store, "schemaVersion" | "writeFault">;
  readonly workflows: Pick<Workflows, "fault">;
  /** Number of the last migration that this code knows. */
  readonly expectedSchema: number;
}

/** Whether the store answers, has room, and has the schema of this code. */
export async function checkStore({ store, expectedSchema }: HealthDeps): Promise<Health> {
  try {
    const version = await store.schemaVersion();
    return toHealth({
      store: store.writeFault() ?? "ok",
      migrations: version === expectedSchema ? "ok" : schemaFault(version, expectedSchema),
    });
  } catch (error) {
    return toHealth({ store: (error as Error).message, migrations: "unknown while the store does not answer" });
  }
}

/** Everything: store, migrations, Temporal, worker. */
export async function checkHealth(deps: HealthDeps): Promise<Health> {
  const [store, fault] = await Promise.all([checkStore(deps), deps.workflows.fault()]);
  const worker = fault.server === undefined ? fault.worker ?? "ok" : "unknown while Temporal does not answer";
  return toHealth({ ...store.checks, temporal: fault.server ?? "ok", worker });
}

function schemaFault(version: number, expected: number): string {
  return version < expected
    ? `The store has migration ${version}, this code needs ${expected}: run \`deno task migrate\`.`
    : `The store has migration ${version}, newer than this code's ${expected}: start the newer release.`;
}

function toHealth(checks: Record<string, string>): Health {
  return { ok: Object.values(checks).every((check) => check === "ok"), checks };
}
