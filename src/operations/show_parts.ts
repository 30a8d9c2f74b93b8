/**
 * Which processes of the service there are: each shows itself, and whoever sweeps notices who has gone without a word.
 */
import { hostname } from "node:os";
import process from "node:process";
import { FIRST_TENANT } from "../domain/access/tenant.ts";
import type { Part } from "../ports/part.ts";
import type { Store } from "../ports/store.ts";
import { type ScheduleState, WorkflowsUnavailable } from "../ports/workflows.ts";
import { repeat } from "../repeat.ts";
import { type Deps, eventsTopic } from "./scope.ts";

const SEEN_EVERY_MS = 10_000;
/** Three times that, and a little for a process that is busy. */
const LOST_AFTER_MS = 35_000;

type PartDeps = Pick<Deps, "store" | "wakeUps" | "observe">;

/** Shows a part of this process until the answer is called, which says that it has ended as it should. */
export function showPart(deps: PartDeps, { kind, migration }: Pick<Part, "kind" | "migration">): () => Promise<void> {
  const part = { id: crypto.randomUUID(), kind, migration, name: `${hostname()} ${process.pid}` };
  const showing = repeat(SEEN_EVERY_MS, {
    work: () => seePart(deps, part),
    onFault: (cause) => deps.observe({ kind: "sweep.failed", cause }),
  });
  return async () => {
    await showing.stop();
    // A store that is away loses the word; the next one who looks says that it is lost.
    await deps.store.parts.ended(part.id).catch((cause) => deps.observe({ kind: "sweep.failed", cause }));
  };
}

export async function seePart(deps: PartDeps, part: Pick<Part, "id" | "kind" | "name" | "migration">): Promise<void> {
  await told(deps, async (store) => {
    const seen = await store.parts.seen(part);
    return seen === undefined ? [] : [seen];
  }, "seen");
}

/** Answers how many were lost. */
export function loseParts(deps: PartDeps): Promise<number> {
  return told(deps, (store) => store.parts.lose({ unseenForMs: LOST_AFTER_MS }), "lost");
}

/** The first tenant's log tells of it: whoever runs the service reads that one. */
async function told(deps: PartDeps, change: (store: Store) => Promise<Part[]>, what: "seen" | "lost"): Promise<number> {
  const tenant = await deps.store.tenants.byKey(FIRST_TENANT);
  const parts = await deps.store.transaction(async (store) => {
    const parts = await change(store);
    if (parts.length > 0 && tenant !== undefined) {
      const events = parts.map((part) => (
        { type: `${part.kind}.${what}`, batchId: undefined, alertId: undefined, body: JSON.stringify({ part }) }
      ));
      await store.events.append(tenant.id, events);
    }
    return parts;
  });
  if (parts.length > 0 && tenant !== undefined) deps.wakeUps.wake(eventsTopic(tenant.id));
  return parts.length;
}

/** What is done from time to time; undefined while Temporal does not answer. */
export async function schedulesOf({ workflows }: Pick<Deps, "workflows">): Promise<ScheduleState[] | undefined> {
  try {
    return await workflows.schedules();
  } catch (error) {
    if (error instanceof WorkflowsUnavailable) return undefined;
    throw error;
  }
}
