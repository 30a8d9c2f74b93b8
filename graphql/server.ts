/** The gateway as a fetch handler: GraphQL over HTTP, SSE and WebSocket, GraphiQL, and health. Serving it is somebody else's business. */
import { useCSRFPrevention } from "@graphql-yoga/plugin-csrf-prevention";
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import { GraphQLError, NoSchemaIntrospectionCustomRule } from "graphql";
import { createYoga, isAsyncIterable, maskError, type Plugin, useExecutionCancellation } from "graphql-yoga";
import type { Observe } from "../src/observation.ts";
import type { Scope } from "../src/operations/scope.ts";
import { withBoundedBody } from "./body.ts";
import type { RequestContext } from "./builder.ts";
import { asGraphQLError } from "./errors.ts";
import { useLimits } from "./limits.ts";
import { createLoaders } from "./loaders.ts";
import { schema } from "./schema.ts";
import { createSocketServer } from "./websocket.ts";

export interface GatewayOptions {
  /** On whose behalf a request is. */
  readonly scope: (request: Request) => Promise<Scope>;
  readonly observe: Observe;
  readonly bodyBytesMax: number;
  /** Serve GraphiQL to browsers, and answer introspection. */
  readonly graphiql: boolean;
  readonly waitMaxMs: number;
  /** Answers paths under /health; undefined for others. */
  readonly health: (path: string) => Promise<Response | undefined>;
}

export interface Gateway {
  fetch(request: Request): Promise<Response>;
  /** Ends the subscriptions, so that serving can end. */
  dispose(): Promise<void>;
}

const WELCOME = `{
  batches(first: 10) { edges { node { number source state readings stored quarantined alertsOpened temporalUrl } } }
}

# Alerts as they happen:
# subscription { alerts { cursor change alert { severity reason openedAt sensor { key } } } }
`;

export function createGateway(options: GatewayOptions): Gateway {
  const { observe, bodyBytesMax, graphiql, health } = options;
  const ending = new AbortController();
  const contextOf = (request: Request) => createContext(options, { request, ending: ending.signal });
  const yoga = createYoga<Record<string, never>, RequestContext>({
    schema,
    context: ({ request }) => contextOf(request),
    graphiql: graphiql && { title: "Millwright", defaultQuery: WELCOME, subscriptionsProtocol: "SSE" },
    renderGraphiQL,
    landingPage: false,
    logging: false,
    cors: false,
    maxRequestBodySize: false,
    maskedErrors: { maskError: (error, message) => mask(error, { message, observe }) },
    plugins: [
      useCSRFPrevention(),
      useExecutionCancellation(),
      useLimits(),
      useEventIds(),
      ...graphiql ? [] : [useNoIntrospection()],
    ],
  });
  const sockets = createSocketServer({
    schema,
    contextOf,
    mask: (error) => mask(error, { message: "Unexpected error.", observe }),
  });

  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const healthy = await health(pathname);
      if (healthy !== undefined) return healthy;
      if (pathname === "/") return Response.redirect(new URL("/graphql", request.url), 302);
      if (pathname === "/graphql" && request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return sockets.upgrade(request);
      }
      const bounded = await withBoundedBody(request, bodyBytesMax);
      if (bounded === undefined) return tooLarge(bodyBytesMax);
      return await yoga.fetch(bounded, {});
    },
    async dispose() {
      ending.abort();
      await sockets.close();
      await yoga.dispose();
    },
  };
}

async function createContext(
  { scope: scopeOf, waitMaxMs }: GatewayOptions,
  { request, ending }: { request: Request; ending: AbortSignal },
): Promise<RequestContext> {
  const scope = await scopeOf(request);
  return {
    scope,
    waitMaxMs,
    loaders: createLoaders(scope.store, scope.tenant.id),
    signal: AbortSignal.any([request.signal, ending]),
    lastEventId: request.headers.get("last-event-id") ?? undefined,
  };
}

/** What clients see of an error: those that are meant for them as they are, anything else as a fault, which is logged here. */
function mask(error: unknown, { message, observe }: { message: string; observe: Observe }): Error {
  const original = error instanceof GraphQLError ? error.originalError ?? error : error;
  const known = asGraphQLError(original);
  if (known !== undefined) {
    const { nodes, source, positions, path } = error instanceof GraphQLError ? error : known;
    return new GraphQLError(known.message, { nodes, source, positions, path, extensions: known.extensions });
  }
  if (original instanceof GraphQLError) return original;
  const path = error instanceof GraphQLError ? (error.path ?? []).join(".") : "";
  observe({ kind: "request.failed", path, cause: original });
  return maskError(error, message, false);
}

function tooLarge(bodyBytesMax: number): Response {
  const message = `The request body is longer than ${bodyBytesMax} bytes: send smaller batches.`;
  return Response.json({ errors: [{ message, extensions: { code: "PAYLOAD_TOO_LARGE" } }] }, { status: 413 });
}

function useNoIntrospection(): Plugin {
  return { onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule) };
}

/** Gives events over SSE their cursor as id, so that a browser that reconnects sends it back as Last-Event-ID. */
function useEventIds(): Plugin {
  return {
    onResultProcess({ result, acceptableMediaTypes, setResultProcessor, resultProcessor }) {
      if (
        !isAsyncIterable(result) || !acceptableMediaTypes.includes("text/event-stream") || resultProcessor === undefined
      ) return;
      setResultProcessor(
        (stream, fetchAPI, accepted) => withIds(resultProcessor(stream, fetchAPI, accepted)),
        "text/event-stream",
      );
    },
  };
}

const CURSOR = /^data: .*?"cursor":"([A-Za-z0-9+/=]+)"/m;

async function withIds(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const text = decoder.decode(chunk);
        const id = CURSOR.exec(text)?.[1];
        controller.enqueue(id === undefined ? chunk : encoder.encode(`id: ${id}\n${text}`));
      },
    }),
  );
  return new Response(body, response);
}
