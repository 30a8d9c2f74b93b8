/** Subscriptions over WebSocket: the protocol graphql-transport-ws on Deno's sockets, with back-pressure. */
import { GraphQLError, type GraphQLSchema, specifiedRules, validate } from "graphql";
import { CloseCode, handleProtocols, makeServer } from "graphql-ws";
import type { RequestContext } from "./builder.ts";
import { boundedRule } from "./limits.ts";
import { deferred } from "../src/deferred.ts";

export interface SocketOptions {
  readonly schema: GraphQLSchema;
  readonly contextOf: (request: Request) => Promise<RequestContext>;
  readonly mask: (error: unknown) => Error;
}

export interface SocketServer {
  upgrade(request: Request): Response;
  close(): Promise<void>;
}

/** Bytes that may wait in a socket for a slow reader; until they are fewer, nothing more is taken from its subscriptions. */
const BUFFERED_BYTES_MAX = 256 * 1024;
const BUFFER_LOOK_MS = 20;
const SOCKETS_MAX = 1_000;
const MESSAGE_BYTES_MAX = 256 * 1024;

export function createSocketServer({ schema, contextOf, mask }: SocketOptions): SocketServer {
  const sockets = new Set<WebSocket>();
  const server = makeServer<Record<string, unknown>, { request: Request; left: AbortSignal }>({
    schema,
    connectionInitWaitTimeout: 5_000,
    context: async ({ extra: { request, left } }) => {
      const context = await contextOf(request);
      return { ...context, signal: AbortSignal.any([context.signal, left]) };
    },
    validate: (schema, document, rules = specifiedRules) => validate(schema, document, [...rules, boundedRule]),
    onError: (_context, _id, _payload, errors) => errors.map((error) => toGraphQLError(mask(error))),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined
        ? undefined
        : { ...result, errors: result.errors.map((error) => toGraphQLError(mask(error))) },
  });

  return {
    upgrade(request) {
      const protocol = handleProtocols(request.headers.get("sec-websocket-protocol") ?? "");
      if (protocol === false) return new Response("The subprotocol has to be graphql-transport-ws.\n", { status: 400 });
      if (sockets.size >= SOCKETS_MAX) return new Response("There are too many connections.\n", { status: 503 });
      // The request is spent once it is upgraded; what the operations need of it is kept.
      const asked = new Request(request.url, { headers: request.headers });
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 30 });
      sockets.add(socket);
      const left = new AbortController();
      socket.onclose = () => {
        sockets.delete(socket);
        left.abort();
      };
      socket.onopen = () => open(socket, { server, protocol, extra: { request: asked, left: left.signal } });
      return response;
    },
    async close() {
      const closing = [...sockets].map((socket) => {
        const { promise, resolve } = deferred<void>();
        socket.addEventListener("close", () => resolve());
        socket.close(1001, "The server is going away");
        return promise;
      });
      await Promise.all(closing);
    },
  };
}

function toGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message);
}

interface Opening {
  readonly server: ReturnType<typeof makeServer<Record<string, unknown>, { request: Request; left: AbortSignal }>>;
  /** Deno leaves `socket.protocol` empty on the server's side, so the negotiated one is handed over. */
  readonly protocol: string;
  readonly extra: { request: Request; left: AbortSignal };
}

function open(socket: WebSocket, { server, protocol, extra }: Opening): void {
  const { promise, resolve } = deferred<CloseEvent>();
  socket.addEventListener("close", resolve);
  const closed = server.opened({
    protocol,
    async send(data) {
      socket.send(data);
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
        handle(data).catch((error: Error) => socket.close(CloseCode.InternalServerError, error.message.slice(0, 100)));
      };
    },
  }, extra);
  promise.then(({ code, reason }) => closed(code, reason));
}
