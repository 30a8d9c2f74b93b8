/**
 * Who may speak to the gateway out of a browser. Listening on loopback is no wall against a page that the person at
 * this machine has open: the page can reach loopback too, by a name of its own that it lets point there (DNS
 * rebinding), or over a WebSocket, for which browsers ask nobody. So the name that a request is for has to be one of
 * ours, and so has the page that it comes from.
 */

export interface AllowedOrigins {
  /** Names that the gateway is reached by besides those of loopback; pages served under them are welcome too. */
  readonly hosts: readonly string[];
  /** Origins of other sites whose pages are welcome. */
  readonly origins: readonly string[];
}

/** Why a request is refused. `message` is for people. */
export interface OriginFault {
  readonly code: "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED";
  readonly message: string;
}

/** What is wrong with where `request` goes or comes from; undefined when it is welcome. Programs send no Origin. */
export function originFault(request: Request, allowed: AllowedOrigins): OriginFault | undefined {
  const host = request.headers.get("host");
  if (host !== null && !isOurs(hostnameOf(`http://${host}`), allowed)) return foreignHost(host);
  const origin = request.headers.get("origin");
  if (origin === null) return isForeignFetch(request) ? foreignOrigin("another site") : undefined;
  if (allowed.origins.includes(origin) || isOurs(hostnameOf(origin), allowed)) return undefined;
  return foreignOrigin(`the origin ${JSON.stringify(origin)}`);
}

/**
 * For a request of a page that browsers send without an Origin, such as the source of an image; a link may be followed.
 */
function isForeignFetch({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site") ?? "none";
  return site !== "none" && site !== "same-origin" && headers.get("sec-fetch-mode") !== "navigate";
}

/** The name or address in `url`, as browsers write it; undefined when there is none. */
function hostnameOf(url: string): string | undefined {
  return URL.parse(url)?.hostname;
}

function isOurs(hostname: string | undefined, { hosts }: AllowedOrigins): boolean {
  return hostname !== undefined && (isLoopbackName(hostname) || hosts.includes(hostname));
}

/** Names that lead to the asking machine itself, whoever asks: nobody can let them point elsewhere. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function foreignHost(host: string): OriginFault {
  const message = `The service is not known by the name ${JSON.stringify(host)}. ` +
    "Use localhost, or set MILLWRIGHT_ALLOWED_HOSTS to the names that it is reached by.";
  return { code: "HOST_NOT_ALLOWED", message };
}

function foreignOrigin(from: string): OriginFault {
  const message = `Pages of ${from} may not use this service. ` +
    "If this one may, set MILLWRIGHT_ALLOWED_ORIGINS to its origin, for example https://plant.example.";
  return { code: "ORIGIN_NOT_ALLOWED", message };
}
