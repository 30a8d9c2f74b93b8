/** Opens the embedded TimescaleDB and gives it the shape of a socket, so that one driver serves both kinds of store. */
import { Duplex } from "node:stream";
import { type FolderLock, lockFolder } from "../folder_lock.ts";
import { type EmbeddedThread, startEmbeddedThread } from "./embedded_thread.ts";
import { createDues, createRefusal, type Due } from "./embedded_refusal.ts";
import { createCutter, typeOf } from "./embedded_wire.ts";
import { DiskFull, roomFault } from "./room.ts";

export interface Embedded {
  /** A new end of the wire; the database serves one at a time. */
  socket(): Duplex;
  /** Resolves when the database has broken down: it does not come back without its process. */
  readonly broken: Promise<Error>;
  close(): Promise<void>;
}

/** PostgreSQL's Terminate message, after which the database would be gone for good. */
const TERMINATE = "X";
/** The messages that make a connection. The first has no type: it begins with its length, which is less than 2^24. */
const CONNECTING = ["\0", "p"];

/** Opens the store in `folder`, or one in memory. Throws `FolderInUse`, `DiskFull`, `StoreStopped`. */
export async function openEmbedded(
  folder: string | undefined,
  { silenceMaxMs }: { readonly silenceMaxMs?: number } = {},
): Promise<Embedded> {
  const lock = folder === undefined ? undefined : lockWithRoom(folder);
  let wire: Wire | undefined;
  const thread = startEmbeddedThread({ folder, silenceMaxMs, onBytes: (bytes) => wire?.answer(bytes) });
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
      return wire.socket;
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

interface Wire {
  readonly socket: Duplex;
  /** Hands over what the database answered to the oldest messages that wait. */
  answer(bytes: Uint8Array): void;
}

interface Waiting {
  /** Makes the connection. */
  readonly connects: boolean;
  readonly dues: readonly Due[];
}

function createWire(thread: EmbeddedThread): Wire {
  const [cut, dueFor] = [createCutter(), createDues()];
  /** What waits for an answer, by what was sent together. */
  const waiting: Waiting[] = [];
  // Set once the database is gone.
  let refuse: (() => void) | undefined;
  const socket = new Duplex({
    // The wire is memory: how much is on it is bounded by the queries in flight, and pausing the driver gains nothing.
    highWaterMark: 2 ** 28,
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      // A copy of our own, since the driver uses its buffers again.
      const messages = cut(new Uint8Array(chunk)).filter((message) => typeOf(message) !== TERMINATE);
      if (messages.length > 0) {
        const connects = messages.some((message) => CONNECTING.includes(typeOf(message)));
        waiting.push({ connects, dues: messages.map(dueFor).filter((due) => due !== undefined) });
        if (refuse === undefined) thread.send({ type: "messages", messages }, [messages[0].buffer]);
        // Not at once: the driver does not expect to be answered while it writes.
        else setImmediate(refuse);
      }
      done();
    },
    final(done) {
      this.push(null);
      done();
    },
  });

  function push(bytes: Uint8Array): void {
    // A client that has gone hears nothing any more.
    if (!socket.writableEnded && !socket.destroyed) socket.push(bytes);
  }

  thread.broken.then((fault) => {
    const refusal = createRefusal(fault.message);
    refuse = () => {
      for (const { connects, dues } of waiting.splice(0)) {
        // Whoever is only now making a connection has none.
        if (connects) socket.destroy(fault);
        for (const due of dues) push(refusal(due));
      }
    };
    refuse();
  });
  return {
    // How the driver sees whether it may still say goodbye.
    socket: Object.assign(socket, { readyState: "open" }),
    answer(bytes) {
      waiting.shift();
      push(bytes);
    },
  };
}
