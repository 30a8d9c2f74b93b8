/** How requests are read: which ones a page may send without being asked first, and how long a body may take. */
import { useCSRFPrevention } from "@graphql-yoga/plugin-csrf-prevention";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Observe } from "../src/observation.ts";

/**
 * Refuses what browsers let a page of another site send without asking (forms, images), as they would with a GET. A
 * subscription over SSE is let through, since a browser's EventSource can set no header: a page of another site names
 * its origin there and has been refused by then (origin.ts), GET never carries out a mutation, and without CORS no such
 * page could read the stream.
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

const BROKEN_OFF = { code: "BAD_REQUEST", http: { status: 400 } };
const TOO_SLOW = { code: "REQUEST_TIMEOUT", http: { status: 408, headers: { connection: "close" } } };

/** A body has to be there in time, else its connection is closed; one that breaks off is told in one record. */
export function useBodyReading({ observe, bodyMaxMs }: { observe: Observe; bodyMaxMs: number }): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (requestParser === undefined || request.body === null) return;
      setRequestParser(async (request) => {
        const body = await readBody(request.body!, bodyMaxMs).catch((cause) => {
          if (cause instanceof GraphQLError) throw cause;
          observe({ kind: "request.broken_off", reason: cause.message });
          throw new GraphQLError("The request's body broke off.", { extensions: BROKEN_OFF });
        });
        const { url, method, headers, signal } = request;
        return await requestParser(new Request(url, { method, headers, signal, body }));
      });
    },
  };
}

/** Throws a `GraphQLError` for a body that is not there after `bodyMaxMs`, and what the connection broke by. */
async function readBody(stream: ReadableStream<Uint8Array>, bodyMaxMs: number): Promise<Blob> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    // Nobody waits for what it throws: the read under way ends by it.
    reader.cancel().catch(() => {});
  }, bodyMaxMs);
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) chunks.push(part.value);
  } finally {
    clearTimeout(timer);
  }
  if (!late) return new Blob(chunks as BlobPart[]);
  const message = `The request's body was not there after ${bodyMaxMs / 1_000} s: send it faster, or less of it.`;
  throw new GraphQLError(message, { extensions: TOO_SLOW });
}
