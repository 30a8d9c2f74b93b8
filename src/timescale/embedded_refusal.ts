/**
 * What is said on the wire once the database is gone. The driver has to be told in its own language: a socket that
 * closes under a transaction makes it write into nothing, which ends the process with a stack instead of a sentence;
 * one that says nothing makes it wait for ever.
 */
import { joined, typeOf } from "./embedded_wire.ts";

/** SQLSTATE of "crash shutdown": the next process may be asked again. */
const CRASHED = "57P02";
const [IDLE, IN_FAILED_TRANSACTION] = [framed("Z", "I"), framed("Z", "E")];

/**
 * Whoever sent this waits for an error, for an error and the end of the statement, or for those and the end of the
 * transaction.
 */
export type Due = "error" | "end" | "end of transaction";

// After each of these, there is no transaction if it fails.
const AROUND_TRANSACTION = /^\s*(begin|commit|rollback(?!\s+to))\b/i;
const HEADER_BYTES = 5;
/** Names of statements and the first word of a statement are in so many bytes. */
const BEGINNING_BYTES = 100;

/**
 * Answers a function that takes in each message that is sent, and answers what is due for it; undefined when nobody
 * waits for its answer.
 */
export function createDues(): (message: Uint8Array) => Due | undefined {
  const around = new Set<string>();
  // What the messages since the last Sync run.
  let statement: string | undefined;
  return (message) => {
    const [first, second] = beginning(message);
    switch (typeOf(message)) {
      case "P":
        if (AROUND_TRANSACTION.test(second)) around.add(first);
        else around.delete(first);
        return undefined;
      case "B":
        statement = second;
        return undefined;
      case "S": {
        const ends = statement !== undefined && around.has(statement);
        statement = undefined;
        return ends ? "end of transaction" : "end";
      }
      case "Q":
        return AROUND_TRANSACTION.test(first) ? "end of transaction" : "end";
      case "H":
        return "error";
      default:
        return undefined;
    }
  };
}

/** The first two texts in a message, as far as they are needed. */
function beginning(message: Uint8Array): [string, string] {
  const bytes = message.subarray(HEADER_BYTES, HEADER_BYTES + BEGINNING_BYTES);
  const [first = "", second = ""] = new TextDecoder().decode(bytes).split("\0");
  return [first, second];
}

/** Answers a function that gives what is due, as a server would that fails every statement with `reason`. */
export function createRefusal(reason: string): (due: Due) => Uint8Array {
  const error = framed("E", `SFATAL\0VFATAL\0C${CRASHED}\0M${reason}\0\0`);
  let told = false;
  return (due) => {
    const parts = told ? [] : [error];
    told = due === "error";
    if (due !== "error") parts.push(due === "end" ? IN_FAILED_TRANSACTION : IDLE);
    return joined(parts);
  };
}

function framed(type: string, body: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${type}....${body}`);
  new DataView(bytes.buffer).setUint32(1, bytes.length - 1);
  return bytes;
}
