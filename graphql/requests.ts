/** How requests are read: which ones a page may send without being asked first, and how long a body may take. */
import { useCSRFPrevention } from "@graphql-yoga/plugin-csrf-prevention";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Observe } from "../src/observation.ts";

/**
 * Refuses what browsers let a page of another site send without asking (forms, images), as they would with a GET. A subscription
 * over SSE is let through, since a browser's EventSource can set no header: a page of another site names its origin there and has
 * been refused by then (origin.ts), GET never carries out a mutation, and without CORS no such page could read the stream.
 */
export function useCsrfPrevention(): Plugin {
  const { onRequestParse } = useCSRFPrevention();
  return {
    onRequestParse(payload) {
      const { method, headers } = payload.request;
      if (method === "GET" && headers.get("accept") === "text/event-stream") return;
      return onRequestParse?.(payload);
    },
  };
}

/** A body has to be there in time; one that breaks off is told in one record. */
export function useBodyReading({ observe, bodyMaxMs }: { observe: Observe; bodyMaxMs: number }): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (requestParser === undefined || request.body === null) return;
      setRequestParser(async (request) => {
        const tooSlow = new AbortController();
        const timer = setTimeout(() => tooSlow.abort(), bodyMaxMs);
        try {
          return await Promise.race([requestParser(request), failing(tooSlow.signal, bodyMaxMs)]);
        } catch (error) {
          if (brokeOff(error)) observe({ kind: "request.broken_off", cause: error });
          throw error;
        } finally {
          clearTimeout(timer);
        }
      });
    },
  };
}

function failing(signal: AbortSignal, bodyMaxMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      const message = `The request's body was not there after ${bodyMaxMs / 1_000} s: send it faster, or less of it.`;
      reject(new GraphQLError(message, { extensions: { code: "REQUEST_TIMEOUT", http: { status: 408 } } }));
    });
  });
}

/** The parser calls all that it cannot read invalid JSON; what was read and is none has an error of syntax behind it. */
function brokeOff(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return true;
  const original = error.extensions.originalError as { name?: string } | undefined;
  return original !== undefined && original.name !== "SyntaxError";
}
