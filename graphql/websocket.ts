/** Subscriptions over WebSocket: the protocol graphql-transport-ws on Deno's sockets, with back-pressure. */
import type { GraphQLError, GraphQLSchema } from "graphql";
import { subscribe } from "graphql";
import { CloseCode, handleProtocols, makeServer } from "graphql-ws";
import { type Admission, grantStore, readOperation } from "./admission.ts";
import type { KeyRing, Principal } from "../src/operations/access/key_ring.ts";
import { keyIn } from "./access/credential.ts";
import type { Guests } from "./access/guests.ts";
import { asError, tooManyRequests } from "./access/refused.ts";
import type { RequestContext } from "./builder.ts";
import type { Asking } from "./context.ts";
import { shownError } from "./errors.ts";
import { translation } from "./older_protocol.ts";
import { createShares } from "./shares.ts";
import { deferred } from "../src/deferred.ts";

export interface SocketOptions extends Admission {
  readonly schema: GraphQLSchema;
  readonly contextOf: (asking: Pick<Asking, "request" | "principal" | "client">) => RequestContext;
  readonly keys: KeyRing;
  readonly guests: Guests;
  readonly mask: (error: unknown) => GraphQLError;
}

export interface SocketServer {
  /** Without a principal, the first message has to bring a key. */
  upgrade(request: Request, options: { client: string; principal?: Principal }): Response;
  close(): Promise<void>;
}

/**
 * Bytes that may wait in a socket for a slow reader; until they are fewer, nothing more is taken from its
 * subscriptions.
 */
const BUFFERED_BYTES_MAX = 256 * 1024;
const BUFFER_LOOK_MS = 20;
const SOCKETS = { perClientMax: 1_000, max: 5_000 };
const MESSAGE_BYTES_MAX = 256 * 1024;
/** A peer answers a goodbye at once, or its line has gone silent. */
const GOODBYE_MAX_MS = 1_000;

interface Extra {
  readonly request: Request;
  readonly client: string;
  readonly left: AbortSignal;
  readonly close: (code: number, reason: string) => void;
  principal: Principal | undefined;
}

type Server = ReturnType<typeof makeServer<Record<string, unknown>, Extra>>;

/** What graphql-transport-ws says for it. */
const UNAUTHORIZED = 4401;
const REASON_BYTES_MAX = 123;

function protocolServer({ schema, contextOf, keys, guests, mask, rules, limited }: SocketOptions): Server {
  return makeServer({
    schema,
    connectionInitWaitTimeout: 5_000,
    async onConnect({ extra, connectionParams }) {
      if (extra.principal === undefined) {
        const given = connectionParams?.authorization ?? connectionParams?.Authorization;
        const credential = given === undefined ? undefined : keyIn(String(given));
        const admitted = credential !== undefined && "code" in credential
          ? credential
          : await keys.admit(credential, extra.client);
        if ("code" in admitted) return extra.close(UNAUTHORIZED, admitted.message);
        extra.principal = admitted;
      }
      const gone = guests.stay(extra.principal, () => extra.close(UNAUTHORIZED, "The key or session has ended"));
      extra.left.addEventListener("abort", gone, { once: true });
      if (extra.left.aborted) gone();
    },
    onSubscribe({ extra: { request, client, ...extra } }, _id, payload) {
      const principal = extra.principal!;
      const early = keys.take(principal, "requests", 1);
      return early === undefined
        ? readOperation(schema, payload, { rules, principal, refuse: contextOf({ request, client, principal }).refuse })
        : [asError(tooManyRequests(early.retryAfterMs))];
    },
    context: ({ extra: { request, client, left, principal } }, _id, _payload, args) => {
      const given = contextOf({ request, client, principal: principal! });
      const context = { ...given, signal: AbortSignal.any([given.signal, left]) };
      grantStore(context, args);
      return context;
    },
    subscribe: limited(subscribe as (args: unknown) => unknown) as typeof subscribe,
    onError: (_context, _id, _payload, errors) => errors.map((error) => shownError(mask(error))),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined ? undefined : { ...result, errors: result.errors.map((e) => shownError(mask(e))) },
  });
}

export function createSocketServer(options: SocketOptions): SocketServer {
  const sockets = new Set<WebSocket>();
  const shares = createShares(SOCKETS);
  const server = protocolServer(options);
  return {
    upgrade(request, { client, principal }) {
      const protocol = handleProtocols(request.headers.get("sec-websocket-protocol") ?? "");
      if (protocol === false) return new Response("The subprotocol has to be graphql-transport-ws.\n", { status: 400 });
      const share = shares.take(client);
      if ("limit" in share) return new Response("There are too many connections.\n", { status: 503 });
      // The request is spent once it is upgraded; what the operations need of it is kept.
      const asked = new Request(request.url, { headers: request.headers });
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 30 });
      sockets.add(socket);
      const left = new AbortController();
      socket.onclose = () => {
        sockets.delete(socket);
        share.giveBack();
        left.abort();
      };
      const close = (code: number, reason: string) => socket.close(code, reason.slice(0, REASON_BYTES_MAX));
      const extra = { request: asked, client, left: left.signal, close, principal };
      socket.onopen = () => open(socket, { server, protocol, extra });
      return response;
    },
    async close() {
      const closing = [...sockets].map((socket) => {
        const { promise, resolve } = deferred<void>();
        socket.addEventListener("close", () => resolve());
        socket.close(1001, "The server is going away");
        return promise;
      });
      const { promise: late, resolve } = deferred<void>();
      const timer = setTimeout(resolve, GOODBYE_MAX_MS);
      await Promise.race([Promise.all(closing), late]);
      clearTimeout(timer);
    },
  };
}

interface Opening {
  readonly server: Server;
  /** Deno leaves `socket.protocol` empty on the server's side, so the negotiated one is handed over. */
  readonly protocol: string;
  readonly extra: Extra;
}

function open(socket: WebSocket, { server, protocol, extra }: Opening): void {
  const { promise, resolve } = deferred<CloseEvent>();
  socket.addEventListener("close", resolve);
  const words = translation({ send: (text) => socket.send(text), close: () => socket.close(1000) });
  const closed = server.opened({
    protocol,
    async send(data) {
      socket.send(words.write(data));
      while (socket.bufferedAmount > BUFFERED_BYTES_MAX && !extra.left.aborted) {
        await new Promise((resolve) => setTimeout(resolve, BUFFER_LOOK_MS));
      }
    },
    close: (code, reason) => socket.close(code, reason),
    onMessage(handle) {
      socket.onmessage = ({ data }) => {
        if (typeof data !== "string" || data.length > MESSAGE_BYTES_MAX) {
          return socket.close(CloseCode.BadRequest, "message too long");
        }
        const text = words.read(data);
        if (text === undefined) return;
        handle(text).catch((error: Error) => socket.close(CloseCode.InternalServerError, error.message.slice(0, 100)));
      };
    },
  }, extra);
  promise.then(({ code, reason }) => closed(code, reason));
}
