/**
 * The gateway as a fetch handler: GraphQL over HTTP, SSE and WebSocket, GraphiQL, and health. Serving it is somebody
 * else's business.
 */
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import { NoSchemaIntrospectionCustomRule } from "graphql";
import { createYoga, useExecutionCancellation } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import type { Observe } from "../src/observation.ts";
import type { FetchHandler } from "../src/serve.ts";
import { useAdmission } from "./admission.ts";
import type { RequestContext } from "./builder.ts";
import { type ContextOptions, createContext } from "./context.ts";
import { plainIntrospectionRule } from "./limits.ts";
import { mask } from "./mask.ts";
import { type AllowedOrigins, originFault } from "./origin.ts";
import { useBodyReading, useCsrfPrevention } from "./requests.ts";
import { schema } from "./schema.ts";
import type { SharesOptions } from "./shares.ts";
import { useEventStream } from "./sse.ts";
import { limitSubscriptions } from "./subscription_limit.ts";
import { createSocketServer } from "./websocket.ts";

export interface GatewayOptions extends ContextOptions {
  readonly observe: Observe;
  /** Names that the gateway is reached by, and sites whose pages may use it, besides those of loopback. */
  readonly allowed: AllowedOrigins;
  readonly bodyBytesMax: number;
  /** Longest that a request's body may be on its way. */
  readonly bodyMaxMs: number;
  /** Serve GraphiQL to browsers, and answer introspection. */
  readonly graphiql: boolean;
  readonly subscriptions: SharesOptions;
  /** Answers paths under /health; undefined for others. */
  readonly health: (path: string) => Promise<Response | undefined>;
}

export interface Gateway {
  readonly fetch: FetchHandler;
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
  const { observe, allowed, bodyBytesMax, bodyMaxMs, graphiql, health } = options;
  const ending = new AbortController();
  const contextOf = (request: Request, client: string) =>
    createContext(options, { request, client, ending: ending.signal });
  const limited = limitSubscriptions(options.subscriptions);
  const rules = [plainIntrospectionRule, ...graphiql ? [] : [NoSchemaIntrospectionCustomRule]];
  const masked = (error: unknown) => mask(error, { observe, bodyBytesMax });
  const yoga = createYoga<{ client: string }, RequestContext>({
    schema,
    context: ({ request, client }) => contextOf(request, client),
    graphiql: graphiql && { title: "Millwright", defaultQuery: WELCOME, subscriptionsProtocol: "WS" },
    renderGraphiQL,
    landingPage: false,
    logging: false,
    // Pages of our own need none; those of other sites are named one by one.
    cors: allowed.origins.length > 0 && { origin: [...allowed.origins], credentials: false },
    maxRequestBodySize: bodyBytesMax,
    maskedErrors: { maskError: masked },
    parserAndValidationCache: { documentCache: documentCache(), errorCache: documentCache() },
    plugins: [
      useCsrfPrevention(),
      useBodyReading({ observe, bodyMaxMs }),
      useExecutionCancellation(),
      useAdmission({ rules, limited }),
      useEventStream(),
    ],
  });
  const sockets = createSocketServer({ schema, contextOf, mask: masked, rules, limited });

  return {
    async fetch(request, client) {
      const { pathname } = new URL(request.url);
      // Probes ask by the address of a pod or a container, and nothing of the plant is told here.
      const healthy = await health(pathname);
      if (healthy !== undefined) return healthy;
      const fault = originFault(request, allowed);
      if (fault !== undefined) {
        return Response.json({ errors: [{ message: fault.message, extensions: { code: fault.code } }] }, {
          status: 403,
        });
      }
      if (pathname === "/") return Response.redirect(new URL("/graphql", request.url), 302);
      if (pathname === "/graphql" && request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return sockets.upgrade(request, client);
      }
      return await yoga.fetch(request, { client });
    },
    async dispose() {
      // Clients begin again behind a line that broke, and take a subscription that completes for one that is over.
      await sockets.close();
      ending.abort();
      await yoga.dispose();
    },
  };
}

/**
 * Operations that were read before; bounded by the length of their texts, as what is kept of each is a multiple of it.
 */
// deno-lint-ignore no-explicit-any -- yoga keeps documents in one and errors in the other
function documentCache(): LRUCache<string, any> {
  return new LRUCache({
    maxSize: 2 ** 20,
    maxEntrySize: 2 ** 16,
    sizeCalculation: (_document, text) => text.length + 1,
  });
}
