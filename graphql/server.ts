/**
 * The gateway as a fetch handler: GraphQL over HTTP, SSE and WebSocket, GraphiQL, and health. Serving it is somebody
 * else's business.
 */
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import { NoSchemaIntrospectionCustomRule } from "graphql";
import { createYoga, type Plugin, useExecutionCancellation } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import { allows } from "../src/domain/access/scope.ts";
import { FIRST_TENANT } from "../src/domain/access/tenant.ts";
import type { Observe } from "../src/observation.ts";
import type { Principal, Refusal } from "../src/operations/access/key_ring.ts";
import { StoreUnavailable } from "../src/ports/store.ts";
import { repeat } from "../src/repeat.ts";
import type { FetchHandler } from "../src/serve.ts";
import { addressFault, credentialOf } from "./access/credential.ts";
import { createGuests } from "./access/guests.ts";
import { refused, tooManyRequests } from "./access/refused.ts";
import { answerSession } from "./access/session.ts";
import { signInPage } from "./access/sign_in_page.ts";
import { useAdmission } from "./admission.ts";
import type { RequestContext } from "./builder.ts";
import { compressed } from "./compress.ts";
import { type Asking, type ContextOptions, createContext } from "./context.ts";
import { inShort } from "./health.ts";
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
  /** Answers requests for the page that people look at; undefined for others. */
  readonly page: (request: Request) => Promise<Response | undefined>;
  /** Answers paths under /health; undefined for others. */
  readonly health: (path: string) => Promise<Response | undefined>;
}

/** How soon keys count that were made or ended elsewhere. */
const KEYS_EVERY_MS = 5_000;

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
  const { observe, allowed, bodyBytesMax, bodyMaxMs, graphiql, health, keys, page } = options;
  const ending = new AbortController();
  const guests = createGuests(keys.isGood);
  const keysChanged = async () => {
    await keys.refresh();
    guests.look();
  };
  const watching = repeat(KEYS_EVERY_MS, {
    work: keysChanged,
    onFault: (cause) => {
      // Those who end by themselves still do; health says that the store is away.
      guests.look();
      if (!(cause instanceof StoreUnavailable)) observe({ kind: "fault", part: "keys", cause });
    },
  });
  const contextOf = (asking: Pick<Asking, "request" | "principal" | "client">) =>
    createContext(options, { ...asking, ending: ending.signal, keysChanged });
  const limited = limitSubscriptions(options.subscriptions, guests);
  const rules = [plainIntrospectionRule, ...graphiql ? [] : [NoSchemaIntrospectionCustomRule]];
  const masked = (error: unknown) => mask(error, { observe, bodyBytesMax });
  const yoga = createYoga<Entering, RequestContext>({
    schema,
    context: ({ request, client, entry }) => contextOf({ request, client, principal: entry as Principal }),
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
      useEntry(),
      useCsrfPrevention(),
      useBodyReading({ observe, bodyMaxMs }),
      useExecutionCancellation(),
      useAdmission({ rules, limited }),
      useEventStream(),
    ],
  });
  const sockets = createSocketServer({ schema, contextOf, keys, guests, mask: masked, rules, limited });

  return {
    async fetch(request, client) {
      const { pathname } = new URL(request.url);
      // Probes ask by the address of a pod or a container, and nothing of the plant is told here.
      const healthy = await health(pathname);
      if (healthy !== undefined) return await seesHealth(request, client, options) ? healthy : await inShort(healthy);
      const fault = originFault(request, allowed);
      if (fault !== undefined) {
        return Response.json({ errors: [{ message: fault.message, extensions: { code: fault.code } }] }, {
          status: 403,
        });
      }
      if (pathname === "/session") return await answerSession(request, client, { ...options, keysChanged });
      // The page holds nothing of the plant: what it shows it asks for, with the session of who looks.
      const shown = pathname === "/graphql" ? undefined : await page(request);
      if (shown !== undefined) return shown;
      const entry = await enter(request, client, options);
      if (isVisit(request) && "code" in entry) return signInPage(entry);
      if (pathname === "/graphql" && request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        if (!("code" in entry)) return sockets.upgrade(request, { client, principal: entry });
        return credentialOf(request) === undefined ? sockets.upgrade(request, { client }) : refused(entry);
      }
      return compressed(request, await yoga.fetch(request, { client, entry }));
    },
    async dispose() {
      await watching.stop();
      // Clients begin again behind a line that broke, and take a subscription that completes for one that is over.
      await sockets.close();
      ending.abort();
      await yoga.dispose();
    },
  };
}

interface Entering {
  readonly client: string;
  /** Whom the request is from, or why it is not let in. */
  readonly entry: Principal | Refusal;
}

/** Whom a request is from, and whether it comes too soon after others. */
async function enter(
  request: Request,
  client: string,
  { keys }: Pick<GatewayOptions, "keys">,
): Promise<Principal | Refusal> {
  const credential = addressFault(request.url) ?? credentialOf(request);
  const entry = credential !== undefined && "code" in credential && !keys.isOpen
    ? credential
    : await keys.admit(credential !== undefined && "code" in credential ? undefined : credential, client);
  if ("code" in entry) return entry;
  const early = keys.take(entry, "requests", 1);
  return early === undefined ? entry : tooManyRequests(early.retryAfterMs);
}

/** Whether more is told than that it is well: to whoever runs the service, since it names what any tenant sends. */
async function seesHealth(request: Request, client: string, { keys }: Pick<GatewayOptions, "keys">): Promise<boolean> {
  if (keys.isOpen) return true;
  const credential = credentialOf(request);
  if (credential === undefined || "code" in credential) return false;
  const entry = await keys.admit(credential, client);
  return !("code" in entry) && entry.tenant.key === FIRST_TENANT && allows(entry.scopes, "read");
}

/** Answers those who are not let in, with the headers that pages of welcome sites need to read it. */
function useEntry(): Plugin<RequestContext, Entering> {
  return {
    onRequest({ serverContext, endResponse }) {
      if ("code" in serverContext.entry) endResponse(refused(serverContext.entry));
    },
  };
}

/** Whether a person opens an address in a browser. */
function isVisit({ method, headers }: Request): boolean {
  return method === "GET" && headers.get("upgrade") === null && /\btext\/html\b/.test(headers.get("accept") ?? "");
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
