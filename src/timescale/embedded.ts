/** Opens the embedded TimescaleDB and gives it the shape of a socket, so that one driver serves both kinds of store. */
import { join } from "node:path";
import { Duplex } from "node:stream";
import { type FolderLock, lockFolder } from "../folder_lock.ts";
import { createCutter } from "./embedded_wire.ts";
import type { FromWorker, ToWorker } from "./embedded_worker.ts";
import { deferred } from "../deferred.ts";

export interface Embedded {
  /** A new end of the wire; the database serves one at a time. */
  socket(): Duplex;
  /** Resolves when the database has broken down: it does not come back without its process. */
  readonly broken: Promise<Error>;
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  /** A database that owes an answer and gives none for this long has broken down. */
  readonly silenceMaxMs?: number;
}

// A migration may build an index over a large store, and a query may be heavy: both take minutes. An answer that is only incomplete is seen at once.
const SILENCE_MAX_MS = 10 * 60_000;

// The first byte of PostgreSQL's Terminate message, after which the database would be gone for good.
const TERMINATE = "X".charCodeAt(0);

/** Opens the store in `folder`, or one in memory. Throws `FolderInUse`, or what the database says. */
export async function openEmbedded(
  folder: string | undefined,
  { silenceMaxMs = SILENCE_MAX_MS }: EmbeddedOptions = {},
): Promise<Embedded> {
  const lock = folder === undefined ? undefined : lockFolder(folder);
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  let wire: Duplex | undefined;
  let fault: Error | undefined;
  const broken = deferred<Error>();
  const opened = deferred<void>();
  const closed = deferred<void>();

  let unanswered = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;

  /** The worker answers every message of ours with one of its own, in order. */
  function send(message: ToWorker, transfer: Transferable[] = []): void {
    if (fault !== undefined) return;
    // What is sent later gives what was sent before no more time.
    if (unanswered++ === 0) awaitAnswer();
    worker.postMessage(message, transfer);
  }

  function awaitAnswer(): void {
    const waited = `it has not answered for ${silenceMaxMs / 1_000} s`;
    silence = setTimeout(() => breakDown(waited), silenceMaxMs);
  }

  function breakDown(message: string): void {
    clearTimeout(silence);
    fault ??= new Error(`The embedded store stopped: ${message}. Restart the process.`);
    opened.reject(fault);
    closed.resolve();
    broken.resolve(fault);
    wire?.destroy(fault);
  }
  worker.onerror = (event) => {
    event.preventDefault();
    breakDown(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (fault !== undefined) return;
    clearTimeout(silence);
    if (--unanswered > 0) awaitAnswer();
    switch (data.type) {
      case "opened":
        return opened.resolve();
      case "closed":
        return closed.resolve();
      case "bytes":
        return void wire?.push(data.bytes);
      case "failed":
        return breakDown(data.message);
    }
  };

  send({ type: "open", folder: folder && join(folder, "data") });
  try {
    await opened.promise;
  } catch (error) {
    shutDown(worker, lock);
    throw error;
  }
  return {
    broken: broken.promise,
    socket() {
      const cut = createCutter();
      wire = new Duplex({
        // The wire is memory: how much is on it is bounded by the queries in flight, and pausing the driver gains nothing.
        highWaterMark: 2 ** 28,
        read() {},
        write(chunk: Uint8Array, _encoding, done) {
          // A copy of our own, since the driver uses its buffers again.
          const messages = cut(new Uint8Array(chunk)).filter(([type]) => type !== TERMINATE);
          if (messages.length > 0) send({ type: "messages", messages }, [messages[0].buffer]);
          done();
        },
        final(done) {
          this.push(null);
          done();
        },
      });
      // A driver whose socket cannot be made waits for ever; one whose socket breaks says so. It has to be listening by then.
      const late = wire;
      if (fault !== undefined) setImmediate(() => late.destroy(fault));
      // How the driver sees whether it may still say goodbye.
      return Object.assign(wire, { readyState: "open" });
    },
    async close() {
      send({ type: "close" });
      await closed.promise;
      shutDown(worker, lock);
    },
  };
}

function shutDown(worker: Worker, lock: FolderLock | undefined): void {
  worker.terminate();
  lock?.release();
}
