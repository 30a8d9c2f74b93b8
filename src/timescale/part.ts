import type { Part, PartStore } from "../ports/part.ts";
import type { Sql } from "./sql.ts";

interface Row {
  readonly id: string;
  readonly kind: Part["kind"];
  readonly name: string;
  readonly migration: number;
  readonly started_at: number;
  readonly seen_at: number;
  readonly state: Part["state"];
}

export function partStore(sql: Sql): PartStore {
  const columns = () => sql`id, kind, name, migration, started_at, seen_at, state`;
  return {
    async seen({ id, kind, name, migration }) {
      const known = await sql`UPDATE part SET seen_at = now() WHERE id = ${id} AND state = 'running'`;
      if (known.count === 1) return undefined;
      const [row] = await sql<Row[]>`
        INSERT INTO part (id, kind, name, migration) VALUES (${id}, ${kind}, ${name}, ${migration})
        ON CONFLICT (id) DO UPDATE SET seen_at = now(), state = 'running' RETURNING ${columns()}`;
      return toPart(row);
    },

    async ended(id) {
      await sql`UPDATE part SET seen_at = now(), state = 'ended' WHERE id = ${id}`;
    },

    async lose({ unseenForMs }) {
      await sql`DELETE FROM part WHERE state <> 'running' AND seen_at < now() - interval '7 days'`;
      const rows = await sql<Row[]>`
        UPDATE part SET state = 'lost'
        WHERE state = 'running' AND seen_at < now() - ${unseenForMs}::float8 * interval '1 millisecond' RETURNING ${columns()}`;
      return rows.map(toPart);
    },

    async list({ limit }) {
      return (await sql<Row[]>`SELECT ${columns()} FROM part ORDER BY started_at DESC, id LIMIT ${limit}`).map(toPart);
    },
  };
}

function toPart({ id, kind, name, migration, started_at, seen_at, state }: Row): Part {
  return { id, kind, name, migration, startedAt: started_at, seenAt: seen_at, state };
}
