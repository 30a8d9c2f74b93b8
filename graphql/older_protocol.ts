/**
 * The words of graphql-transport-ws in those of the protocol before it (subscriptions-transport-ws). Python's gql
 * offers both and takes the older one, because it looks for the answer's header `Sec-WebSocket-Protocol` in capitals
 * while HTTP headers have none here. A connection speaks the older one from its first `start` on.
 */

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

export interface Translation {
  /** What a message from the client means; undefined when it is dealt with. */
  read(text: string): string | undefined;
  /** What the client understands of a message to it. */
  write(text: string): string;
}

export interface TranslationOptions {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

const OLDER = /"type"\s*:\s*"(start|stop|connection_terminate)"/;

export function translation({ send, close }: TranslationOptions): Translation {
  let older = false;
  return {
    read(text) {
      const message = OLDER.test(text) ? parse(text) : undefined;
      switch (message?.type) {
        case "start":
          older = true;
          return JSON.stringify({ ...message, type: "subscribe" });
        case "stop":
          // In the newer protocol a client that ends an operation is not answered; in the older one it waits for it.
          send(JSON.stringify({ id: message.id, type: "complete" }));
          return JSON.stringify({ id: message.id, type: "complete" });
        case "connection_terminate":
          close();
          return undefined;
        default:
          return text;
      }
    },
    write(text) {
      if (!older) return text;
      const { id, type, payload } = JSON.parse(text) as Message;
      if (type === "next") return JSON.stringify({ id, type: "data", payload });
      // An error of the older protocol is one; with several, they come as a result that has errors alone.
      if (type === "error") return JSON.stringify({ id, type: "data", payload: { data: null, errors: payload } });
      return text;
    },
  };
}

/** Undefined for what is no message: the protocol says so itself. */
function parse(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message;
  } catch {
    // Not JSON: the one thing that it throws for.
    return undefined;
  }
}
