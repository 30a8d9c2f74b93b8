import type { Channel, ChannelKind } from "../../domain/alerting/channel.ts";
import type { ChannelStore } from "../../ports/alerting/channel.ts";
import { optional, type Sql, texts } from "../sql.ts";

interface Row {
  readonly key: string;
  readonly version: number;
  readonly kind: ChannelKind;
  readonly address: string;
  readonly enabled: boolean;
  readonly saved_by: string;
  readonly saved_at: number;
}

type ShownRow = Row & { readonly has_secret: boolean };

export function channelStore(sql: Sql): ChannelStore {
  const columns = () => sql`key, version, kind, address, enabled, saved_by, saved_at`;
  const shown = () => sql`${columns()}, secret IS NOT NULL AS has_secret`;
  return {
    async save(tenantId, { key, kind, address, enabled, savedBy }, { expected, secret }) {
      const [row] = await sql<Row[]>`
        INSERT INTO channel (tenant_id, key, version, kind, address, secret, enabled, saved_by)
        SELECT ${tenantId}, ${key}, ${expected}::int + 1, ${kind}, ${address}, ${
        secret ?? null
      }::text, ${enabled}, ${savedBy}
        WHERE coalesce((SELECT max(version) FROM channel WHERE tenant_id = ${tenantId} AND key = ${key}), 0) = ${expected}
        ON CONFLICT (tenant_id, key, version) DO NOTHING
        RETURNING ${columns()}`;
      if (row === undefined) return undefined;
      await sql`
        UPDATE channel SET secret = NULL
        WHERE tenant_id = ${tenantId} AND key = ${key} AND version <= ${expected} AND secret IS NOT NULL`;
      return toChannel(row);
    },

    async withSecrets(tenantId, keys) {
      const rows = await sql<(Row & { secret: string | null })[]>`
        SELECT DISTINCT ON (key) ${columns()}, secret FROM channel
        WHERE tenant_id = ${tenantId} AND key = ANY (ARRAY(SELECT jsonb_array_elements_text(${
        texts(keys)
      }::text::jsonb)))
        ORDER BY key, version DESC`;
      return rows.map((row) => ({ ...toChannel(row), secret: optional(row.secret) }));
    },

    async all(tenantId) {
      const rows = await sql<ShownRow[]>`
        SELECT DISTINCT ON (key) ${shown()} FROM channel WHERE tenant_id = ${tenantId} ORDER BY key, version DESC`;
      return rows.map(toShown);
    },

    async versions(tenantId, key) {
      const rows = await sql<ShownRow[]>`
        SELECT ${shown()} FROM channel WHERE tenant_id = ${tenantId} AND key = ${key} ORDER BY version DESC LIMIT 100`;
      return rows.map(toShown);
    },
  };
}

function toChannel(row: Row): Channel {
  const { key, version, kind, address, enabled } = row;
  return { key, version, kind, address, enabled, savedBy: row.saved_by, savedAt: row.saved_at };
}

function toShown(row: ShownRow) {
  return { ...toChannel(row), hasSecret: row.has_secret };
}
