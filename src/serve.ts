/** Serves a fetch handler over HTTP. */
import { deferred } from "./deferred.ts";

export interface Served {
  readonly url: string;
  /** Takes no more requests and lets those in flight end; what has not ended after `graceMs` ends with the process. */
  stop(graceMs: number): Promise<void>;
}

/** Answers a request that came from the address `client`. */
export type FetchHandler = (request: Request, client: string) => Response | Promise<Response>;

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Told what a handler broke by; the client gets a bare 500. */
  readonly onFault: (cause: unknown) => void;
}

export function serve(handler: FetchHandler, { host, port, onFault }: ServeOptions): Served {
  const onError = (cause: unknown) => {
    onFault(cause);
    return new Response("Unexpected error.\n", { status: 500 });
  };
  const server = Deno.serve(
    { hostname: host, port, onListen: () => {}, onError },
    (request, { remoteAddr }) => handler(request, remoteAddr.hostname),
  );
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${server.addr.port}`,
    async stop(graceMs) {
      // To abort a server that is shutting down throws where nobody can catch it.
      const { promise: late, resolve } = deferred<void>();
      const timer = setTimeout(resolve, graceMs);
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}
