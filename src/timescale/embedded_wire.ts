/**
 * PostgreSQL's wire protocol, as far as the embedded store has to know it: where messages end, and which answer each of
 * them is owed.
 */

/**
 * Of a message: its type, a byte, which the first one of a connection does not have; its length, which counts itself;
 * its body.
 */
const LENGTH_BYTES = 4;

/**
 * Cuts what a client sends into whole messages, which share the memory of `chunk`; a part of one waits for the rest of
 * it.
 */
export function createCutter(): (chunk: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>[] {
  let rest = new Uint8Array();
  let typeBytes = 0;
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : joined([rest, chunk]);
    const view = viewOf(bytes);
    const messages: Uint8Array<ArrayBuffer>[] = [];
    let from = 0;
    while (from + typeBytes + LENGTH_BYTES <= bytes.length) {
      const to = from + typeBytes + Math.max(view.getUint32(from + typeBytes), LENGTH_BYTES);
      if (to > bytes.length) break;
      messages.push(bytes.subarray(from, to));
      from = to;
      typeBytes = 1;
    }
    rest = bytes.slice(from);
    return messages;
  };
}

/**
 * The last message of the answer to a message of this type. An error may stand in its place, though not in that of
 * ReadyForQuery (Z).
 */
const OWED: Readonly<Record<string, string>> = {
  P: "1",
  B: "2",
  D: "Tn",
  E: "CIs",
  C: "3",
  S: "Z",
  Q: "Z",
  F: "Z",
  p: "Z",
};
const [SYNC, READY, ERROR] = ["S", "Z", "E"];
/**
 * SQLSTATEs of a disk that is full or fails. On a server such an error within a write to the log would end the server,
 * to be recovered; this database goes on instead, with a log that it cannot write any more even when there is room
 * again.
 */
const DISK_FAILED = /^(53100|58)/;
/** Notices, notifications and settings may come at any time, so behind the last message too. */
const UNASKED = /[NAS]*$/;
const IDLE = "I".charCodeAt(0);

export interface Conversation {
  /** Nothing is under way: no transaction, and no message that waits for its Sync. */
  readonly idle: boolean;
  /**
   * Takes in what the database answered to one message. Throws when that is not the answer that the message is owed, or
   * says that the disk fails.
   */
  hear(message: Uint8Array, answer: Uint8Array): void;
}

/** Follows what is said on the wire: whoever waits for an answer that does not come waits for ever. */
export function createConversation(): Conversation {
  let idle = true;
  // After an error the database skips all messages up to the next Sync.
  let skips = false;
  return {
    get idle() {
      return idle;
    },
    hear(message, answer) {
      const type = typeOf(message);
      const { types, idle: nowIdle } = read(answer);
      const last = types.replace(UNASKED, "").at(-1);
      if (type === SYNC) skips = false;
      if (!isOwed(type, { types, last, skips })) {
        throw new Error(`it answered a message of type ${type} with ${types.slice(-20) || "nothing"}`);
      }
      skips ||= last === ERROR;
      idle = nowIdle;
    },
  };
}

interface Heard {
  readonly types: string;
  readonly last: string | undefined;
  readonly skips: boolean;
}

function isOwed(type: string, { types, last, skips }: Heard): boolean {
  const owed = OWED[type];
  if (owed === READY) return last === READY && types.indexOf(READY) === types.lastIndexOf(READY);
  if (types.includes(READY)) return false;
  if (skips) return last === undefined;
  return owed === undefined || last !== undefined && (owed + ERROR).includes(last);
}

/** Fields of an error: each a letter, a text, a zero. */
function refuseDiskFault(fields: Uint8Array): void {
  const texts = new TextDecoder().decode(fields).split("\0");
  const field = (letter: string) => texts.find((text) => text.startsWith(letter))?.slice(1) ?? "";
  if (DISK_FAILED.test(field("C"))) throw new Error(`its disk is full or fails (${field("M")})`);
}

/**
 * The types of the messages in `answer`, a letter each, and whether it ends with nothing under way. Throws when the
 * last one is not whole.
 */
function read(answer: Uint8Array): { types: string; idle: boolean } {
  const view = viewOf(answer);
  let types = "";
  let idle = false;
  for (let from = 0; from < answer.length;) {
    const to = from + 1 + (from + 1 + LENGTH_BYTES <= answer.length ? view.getUint32(from + 1) : 0);
    if (to < from + 1 + LENGTH_BYTES || to > answer.length) throw new Error("its answer ends within a message");
    const type = String.fromCharCode(answer[from]);
    types += type;
    if (type === ERROR) refuseDiskFault(answer.subarray(from + 1 + LENGTH_BYTES, to));
    idle = type === READY ? answer[to - 1] === IDLE : idle;
    from = to;
  }
  return { types, idle };
}

/** The letter that a message begins with. */
export function typeOf(message: Uint8Array): string {
  return String.fromCharCode(message[0]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
