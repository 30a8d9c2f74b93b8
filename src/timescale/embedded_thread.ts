/** The embedded database's thread, seen from the main one: what is asked of it, and whether it still answers. */
import { deferred } from "../deferred.ts";
import type { FromWorker, ToWorker } from "./embedded_worker.ts";
import { roomFault } from "./room.ts";
import { StoreStopped } from "./unavailable.ts";

export interface EmbeddedThread {
  send(message: ToWorker, transfer?: Transferable[]): void;
  /** Rejects with `StoreStopped` when the database cannot be opened. */
  readonly opened: Promise<void>;
  /** Resolves when the database is closed, or broke down before. */
  readonly closed: Promise<void>;
  readonly broken: Promise<StoreStopped>;
  end(): void;
}

export interface EmbeddedThreadOptions {
  readonly folder: string | undefined;
  /** An open database that owes an answer and gives none for this long has broken down. */
  readonly silenceMaxMs?: number;
  readonly onBytes: (bytes: Uint8Array) => void;
}

// A migration may build an index over a large store, and a query may be heavy: both take minutes. An answer that is
// only incomplete is seen at once.
const SILENCE_MAX_MS = 10 * 60_000;

export function startEmbeddedThread(
  { folder, silenceMaxMs = SILENCE_MAX_MS, onBytes }: EmbeddedThreadOptions,
): EmbeddedThread {
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  const [opened, closed, broken] = [deferred<void>(), deferred<void>(), deferred<StoreStopped>()];
  let fault: StoreStopped | undefined;
  // The thread answers every message of ours with one of its own, in order.
  let unanswered = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let limitMs = SILENCE_MAX_MS;

  function awaitAnswer(): void {
    const waited = `it has not answered for ${limitMs / 1_000} s`;
    silence = setTimeout(() => breakDown(waited), limitMs);
  }

  function breakDown(reason: string): void {
    if (fault !== undefined) return;
    clearTimeout(silence);
    fault = new StoreStopped(sentence(folder, reason));
    opened.reject(fault);
    closed.resolve();
    broken.resolve(fault);
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
        limitMs = silenceMaxMs;
        return opened.resolve();
      case "closed":
        return closed.resolve();
      case "bytes":
        return onBytes(data.bytes);
      case "failed":
        return breakDown(data.message);
    }
  };
  return {
    send(message, transfer = []) {
      if (fault !== undefined) return;
      // What is sent later gives what was sent before no more time.
      if (unanswered++ === 0) awaitAnswer();
      worker.postMessage(message, transfer);
    },
    opened: opened.promise,
    closed: closed.promise,
    broken: broken.promise,
    end: () => worker.terminate(),
  };
}

/** What happened, where, and what to do. */
function sentence(folder: string | undefined, reason: string): string {
  const where = folder === undefined ? "" : ` in ${folder}`;
  // What WebAssembly adds to its "Aborted()" is for whoever built it.
  const what = `The embedded store${where} stopped: ${reason.replace(/\. Build with .*/, "")}.`;
  return [what, folder && roomFault(folder), "Restart the process."].filter(Boolean).join(" ");
}
