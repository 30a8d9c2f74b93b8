/** Which life of which database this is. */
import type postgres from "postgres";
import type { InstallationId } from "../domain/access/installation.ts";

type Sql = postgres.Sql<{ bigint: number }>;

export interface Installation {
  readonly id: InstallationId;
  /** Why the id is new although the database is not: undefined when it is known, or the database is new. */
  readonly renewed: string | undefined;
}

/**
 * The id of this installation. It is given once to a database; one that was restored into another place gets a new one,
 * since the runs that a Temporal server still knows by the old id are another life's. A database that was restored in
 * its own place cannot be told from one that was not: whoever restores it calls this with `renew`.
 */
export async function openInstallation(sql: Sql, { renew = false }: { renew?: boolean } = {}): Promise<Installation> {
  const fingerprint = await fingerprintOf(sql);
  return await sql.begin(async (tx) => {
    await tx`
      INSERT INTO installation (id, fingerprint) VALUES (gen_random_uuid(), ${fingerprint}) ON CONFLICT DO NOTHING`;
    const [known] = await tx<{ id: InstallationId; fingerprint: string }[]>`
      SELECT id, fingerprint FROM installation FOR UPDATE`;
    const reason = renew
      ? "it was asked for"
      : known.fingerprint === fingerprint
      ? undefined
      : "the database was restored";
    if (reason === undefined) return { id: known.id, renewed: undefined };
    const [fresh] = await tx<{ id: InstallationId }[]>`
      UPDATE installation SET id = gen_random_uuid(), fingerprint = ${fingerprint}, created_at = now() RETURNING id`;
    return { id: fresh.id, renewed: reason };
  });
}

/** Tells this database from one that it was copied to: the cluster's own number, and the database's within it. */
async function fingerprintOf(sql: Sql): Promise<string> {
  const [{ database }] = await sql<{ database: string }[]>`
    SELECT oid::text AS database FROM pg_database WHERE datname = current_database()`;
  const [{ cluster }] = await sql<
    { cluster: string }[]
  >`SELECT system_identifier::text AS cluster FROM pg_control_system()`;
  return `${cluster}/${database}`;
}
