/** Serves a fetch handler over HTTP. */

export interface Served {
  readonly url: string;
  /** Takes no more requests and lets those in flight end; after `graceMs` they are cut off. */
  stop(graceMs: number): Promise<void>;
}

export type FetchHandler = (request: Request) => Response | Promise<Response>;

export function serve(handler: FetchHandler, { host, port }: { host: string; port: number }): Served {
  const cut = new AbortController();
  const server = Deno.serve({ hostname: host, port, signal: cut.signal, onListen: () => {} }, handler);
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
