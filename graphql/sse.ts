/**
 * Subscriptions as server-sent events. Each event carries the cursor behind it as its id, whatever the operation asks
 * for, and the stream begins with the cursor of where it starts: a browser that reconnects sends the last id as
 * `Last-Event-ID`, and goes on there.
 */
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { ExecutionResult } from "graphql";
import type { RequestContext } from "./builder.ts";
import { shownError } from "./errors.ts";

/**
 * How often a silent stream shows that it lives, so that nothing in between closes it; with the place that it has
 * reached, also past events that its filter leaves out.
 */
const HEARTBEAT_MS = 12_000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // Proxies that collect answers before they pass them on keep their hands off this one.
  "x-accel-buffering": "no",
};

/** Writes the results of subscriptions with ids; errors before the first one are yoga's. */
export function useEventStream(): Plugin<RequestContext> {
  return {
    onResultProcess({ result, acceptableMediaTypes, setResultProcessor, resultProcessor, serverContext }) {
      // Of what yoga offers for a subscription, events are the only form that it has a processor for.
      if (!isAsyncIterable(result) || resultProcessor === undefined) return;
      if (!acceptableMediaTypes.includes("text/event-stream")) return;
      const { position } = serverContext as unknown as RequestContext;
      const events = toEvents(result as AsyncIterable<ExecutionResult>, position);
      setResultProcessor(() => new Response(events, { headers: HEADERS }), "text/event-stream");
    },
  };
}

/** `position` is where the subscription stands once a result has come. */
function toEvents(
  results: AsyncIterable<ExecutionResult>,
  position: RequestContext["position"],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = results[Symbol.asyncIterator]();
  const id = () => position.cursor === undefined ? "" : `id: ${position.cursor}\n`;
  let heartbeat: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller) {
      // At once, so that the headers are sent; some clients wait for a first byte.
      controller.enqueue(encoder.encode(`:\n${id()}\n`));
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(`:\n${id()}\n`));
      }, HEARTBEAT_MS);
    },
    // Called when the reader has room: nothing piles up for a slow one.
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) {
        clearInterval(heartbeat);
        controller.enqueue(encoder.encode("event: complete\ndata:\n\n"));
        return controller.close();
      }
      controller.enqueue(encoder.encode(`event: next\n${id()}data: ${toText(value)}\n\n`));
    },
    async cancel() {
      clearInterval(heartbeat);
      await source.return?.();
    },
  });
}

function toText({ errors, ...result }: ExecutionResult): string {
  return JSON.stringify(errors === undefined ? result : { ...result, errors: errors.map(shownError) });
}
