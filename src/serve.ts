/** Serves a fetch handler over HTTP. */

export interface Served {
  readonly url: string;
  /** Takes no more requests and lets those in flight end; after `graceMs` they are cut off. */
  stop(graceMs: number): Promise<void>;
}

export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Another process listens there. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** Told before anything else is started, which takes a while. Throws `PortTaken`. */
export function checkPort({ host, port }: { host: string; port: number }): void {
  if (port !== 0) listening({ host, port }, () => Deno.listen({ hostname: host, port }).close());
}

function listening<T>({ host, port }: { host: string; port: number }, listen: () => T): T {
  try {
    return listen();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new PortTaken(
      `Port ${port} of ${host} is in use by another process: end that one, or set MILLWRIGHT_PORT to another port.`,
      { cause: error },
    );
  }
}

export function serve(handler: FetchHandler, { host, port }: { host: string; port: number }): Served {
  const cut = new AbortController();
  const server = listening(
    { host, port },
    () => Deno.serve({ hostname: host, port, signal: cut.signal, onListen: () => {} }, handler),
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
