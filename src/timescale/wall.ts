/**
 * The second wall between tenants. Every statement names its tenant; behind the wall the database itself shows and
 * changes nothing of others', should one statement ever fail to. What clients ask goes through it: as a role of its
 * own, with the tenant set for the transaction. Policies are on plain tables: hypertables can have none with
 * compression.
 */
import type { Sql } from "./sql.ts";
import type postgres from "postgres";

/** Of the whole server, which several databases may share; nobody logs in by it. */
const ROLE = "millwright_tenant";
const SETTING = "millwright.tenant";
/** Two processes at once would both make it; any number will do. */
const LOCK = 7_305_242;

/** Calls whose first argument is a number and no tenant's. */
const NAMES_NO_TENANT: ReadonlySet<string> = new Set(["keys.known", "sources.tryLock", "upkeep.compressible"]);

/**
 * Sees to it that each table with a tenant stands behind the wall, also those that have been added. Answers what keeps
 * the database from having one: the user may need the right to make roles.
 */
export async function raiseWall(sql: postgres.Sql<{ bigint: number }>): Promise<string | undefined> {
  try {
    await sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${LOCK})`;
      const [{ there }] = await tx<{ there: boolean }[]>`SELECT to_regrole(${ROLE}) IS NOT NULL AS there`;
      if (!there) await tx.unsafe(`CREATE ROLE ${ROLE} NOLOGIN`);
      const [{ member }] = await tx<
        { member: boolean }[]
      >`SELECT pg_has_role(current_user, ${ROLE}, 'MEMBER') AS member`;
      if (!member) await tx.unsafe(`GRANT ${ROLE} TO current_user`);
      for (const { name, walled, granted } of await tablesOf(tx)) {
        if (!granted) await tx.unsafe(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${ROLE}`);
        if (walled) continue;
        await tx.unsafe(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`);
        await tx.unsafe(
          `CREATE POLICY tenant_wall ON ${name} TO ${ROLE} USING (tenant_id = current_setting('${SETTING}')::integer)`,
        );
      }
    });
  } catch (error) {
    return (error as Error).message;
  }
}

interface Table {
  readonly name: string;
  /** It has its policy, or can have none. */
  readonly walled: boolean;
  readonly granted: boolean;
}

async function tablesOf(sql: Sql): Promise<Table[]> {
  return await sql<Table[]>`
    SELECT quote_ident(relname) AS name,
      relname = 'tenant'
        OR EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant_wall')
        OR EXISTS (
          SELECT FROM timescaledb_information.hypertables
          WHERE hypertable_schema = current_schema() AND hypertable_name = relname) AS walled,
      has_table_privilege(${ROLE}, pg_class.oid, 'SELECT') AND has_table_privilege(${ROLE}, pg_class.oid, 'DELETE') AS granted
    FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND (relname = 'tenant' OR EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped))`;
}

/**
 * From here to the end of the transaction, the rest of it is as the tenant. It is sent at once, so what is sent behind
 * it need not wait for its answer: should it fail, so does all behind it.
 */
export async function asTenant(tx: Sql, tenantId: number): Promise<void> {
  const settings = tx`SELECT set_config('role', ${ROLE}, true), set_config(${SETTING}, ${String(tenantId)}, true)`;
  await settings.execute();
}

type Port = Readonly<Record<string, unknown>>;
type Call = (...args: unknown[]) => Promise<unknown>;

/** The same nouns, where each call that names a tenant is carried out by `enter`, in the nouns that it hands over. */
export function behindWall<Nouns extends object>(
  nouns: Nouns,
  enter: <T>(tenantId: number, call: (inside: Nouns) => Promise<T>) => Promise<T>,
): Nouns {
  const walled = (noun: string, port: Port) =>
    Object.entries(port).map(([name, call]) => {
      const enters = (args: unknown[]) => typeof args[0] === "number" && !NAMES_NO_TENANT.has(`${noun}.${name}`);
      const through: Call = (...args) =>
        enters(args)
          ? enter(args[0] as number, (inside) => ((inside as Record<string, Port>)[noun][name] as Call)(...args))
          : (call as Call)(...args);
      return [name, through];
    });
  const ports = Object.entries(nouns).map(([noun, port]) => [noun, Object.fromEntries(walled(noun, port as Port))]);
  return Object.fromEntries(ports) as Nouns;
}
