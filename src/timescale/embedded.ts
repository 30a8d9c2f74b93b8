/** Opens the embedded TimescaleDB and gives it the shape of a socket, so that one driver serves both kinds of store. */
import { Duplex } from "node:stream";
import { type FolderLock, lockFolder } from "../folder_lock.ts";
import { type EmbeddedThread, startEmbeddedThread } from "./embedded_thread.ts";
import { createCutter } from "./embedded_wire.ts";
import { DiskFull, roomFault } from "./room.ts";

export interface Embedded {
  /** A new end of the wire; the database serves one at a time. */
  socket(): Duplex;
  /** Resolves when the database has broken down: it does not come back without its process. */
  readonly broken: Promise<Error>;
  close(): Promise<void>;
}

// The first byte of PostgreSQL's Terminate message, after which the database would be gone for good.
const TERMINATE = "X".charCodeAt(0);

/** Opens the store in `folder`, or one in memory. Throws `FolderInUse`, `DiskFull`, `StoreStopped`. */
export async function openEmbedded(
  folder: string | undefined,
  { silenceMaxMs }: { readonly silenceMaxMs?: number } = {},
): Promise<Embedded> {
  const lock = folder === undefined ? undefined : lockWithRoom(folder);
  let wire: Duplex | undefined;
  const thread = startEmbeddedThread({ folder, silenceMaxMs, onBytes: (bytes) => void wire?.push(bytes) });
  thread.broken.then((fault) => wire?.destroy(fault));
  const end = () => {
    thread.end();
    lock?.release();
  };
  thread.send({ type: "open", folder });
  try {
    await thread.opened;
  } catch (error) {
    end();
    throw error;
  }
  return {
    broken: thread.broken,
    socket() {
      wire = createWire(thread);
      // A driver whose socket cannot be made waits for ever; one whose socket breaks says so. It has to be listening by then.
      const [late, fault] = [wire, thread.fault()];
      if (fault !== undefined) setImmediate(() => late.destroy(fault));
      // How the driver sees whether it may still say goodbye.
      return Object.assign(wire, { readyState: "open" });
    },
    async close() {
      thread.send({ type: "close" });
      await thread.closed;
      end();
    },
  };
}

function lockWithRoom(folder: string): FolderLock {
  const lock = lockFolder(folder);
  const fault = roomFault(folder);
  if (fault === undefined) return lock;
  lock.release();
  throw new DiskFull(fault);
}

function createWire(thread: EmbeddedThread): Duplex {
  const cut = createCutter();
  return new Duplex({
    // The wire is memory: how much is on it is bounded by the queries in flight, and pausing the driver gains nothing.
    highWaterMark: 2 ** 28,
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      // A copy of our own, since the driver uses its buffers again.
      const messages = cut(new Uint8Array(chunk)).filter(([type]) => type !== TERMINATE);
      if (messages.length > 0) thread.send({ type: "messages", messages }, [messages[0].buffer]);
      done();
    },
    final(done) {
      this.push(null);
      done();
    },
  });
}
