/** Serves a fetch handler over HTTP. */
import { deferred } from "./deferred.ts";

export interface Served {
  readonly url: string;
  /** Takes no more requests and lets those in flight end; what has not ended after `graceMs` ends with the process. */
  stop(graceMs: number): Promise<void>;
}

/** Answers a request that came from the address `client`. */
export type FetchHandler = (request: Request, client: string) => Response | Promise<Response>;

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
  const server = listening({ host, port }, () =>
    Deno.serve(
      { hostname: host, port, onListen: () => {}, onError },
      (request, { remoteAddr }) => handler(request, remoteAddr.hostname),
    ));
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
