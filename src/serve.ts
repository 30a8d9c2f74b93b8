/** Serves a fetch handler over HTTP. */

export interface Served {
  readonly url: string;
  /** Takes no more requests and lets those in flight end; after `graceMs` they are cut off. */
  stop(graceMs: number): Promise<void>;
}

/** Answers a request that came from the address `client`. */
export type FetchHandler = (request: Request, client: string) => Response | Promise<Response>;

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
}

export function serve(handler: FetchHandler, { host, port }: ServeOptions): Served {
  const cut = new AbortController();
  const server = Deno.serve(
    { hostname: host, port, signal: cut.signal, onListen: () => {} },
    (request, { remoteAddr }) => handler(request, remoteAddr.hostname),
  );
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${server.addr.port}`,
    async stop(graceMs) {
      const timer = setTimeout(() => cut.abort(), graceMs);
      await server.shutdown();
      clearTimeout(timer);
      await server.finished;
    },
  };
}
