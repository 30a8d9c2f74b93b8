/** Answers go compressed to who takes them so: columns of readings shrink to a fifth. Streams stay as they are. */

const COMPRESSIBLE = /^application\/(graphql-response\+)?json\b/;
/** Shorter ones fit into one packet anyway. */
const BYTES_MIN = 1_024;

export function compressed(request: Request, response: Response): Response {
  const { headers } = response;
  const length = headers.get("content-length");
  const wanted = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "") &&
    COMPRESSIBLE.test(headers.get("content-type") ?? "") && !headers.has("content-encoding") &&
    !(length !== null && Number(length) < BYTES_MIN);
  // Whoever looks at the body of an answer makes a stream of it, which does not say how long it is.
  if (!wanted || response.body === null) return response;
  const packed = new Headers(headers);
  packed.set("content-encoding", "gzip");
  packed.append("vary", "accept-encoding");
  packed.delete("content-length");
  const { status, statusText } = response;
  return new Response(response.body.pipeThrough(new CompressionStream("gzip")), {
    status,
    statusText,
    headers: packed,
  });
}
