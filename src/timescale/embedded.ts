/** Opens the embedded TimescaleDB and gives it the shape of a socket, so that one driver serves both kinds of store. */
import { join } from "node:path";
import { Duplex } from "node:stream";
import { type FolderLock, lockFolder } from "../folder_lock.ts";
import type { FromWorker, ToWorker } from "./embedded_worker.ts";
import { deferred } from "../deferred.ts";

export interface Embedded {
  /** A new end of the wire; the database serves one at a time. */
  socket(): Duplex;
  close(): Promise<void>;
}

// The first byte of PostgreSQL's Terminate message, after which the database would be gone for good.
const TERMINATE = "X".charCodeAt(0);

/** Opens the store in `folder`, or one in memory. Throws `FolderInUse`, or what the database says. */
export async function openEmbedded(folder: string | undefined): Promise<Embedded> {
  const lock = folder === undefined ? undefined : lockFolder(folder);
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  const send = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
  let wire: Duplex | undefined;
  let broken: Error | undefined;
  const opened = deferred<void>();
  const closed = deferred<void>();

  function breakDown(message: string): void {
    broken ??= new Error(`The embedded store stopped: ${message}. Restart the process.`);
    opened.reject(broken);
    closed.resolve();
    wire?.destroy(broken);
  }
  worker.onerror = (event) => {
    event.preventDefault();
    breakDown(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
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
    socket() {
      if (broken !== undefined) throw broken;
      wire = new Duplex({
        read() {},
        write(chunk: Uint8Array, _encoding, done) {
          // A copy of our own, since the driver uses its buffers again.
          if (chunk[0] !== TERMINATE) {
            const bytes = Uint8Array.from(chunk);
            send({ type: "bytes", bytes }, [bytes.buffer]);
          }
          done();
        },
        final(done) {
          this.push(null);
          done();
        },
      });
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
