/** Answers go compressed to who takes them so: columns of readings shrink to a fifth. Streams stay as they are. */

const COMPRESSIBLE = /^application\/(graphql-response\+)?json\b/;
/** Shorter ones fit into one packet anyway. */
const BYTES_MIN = 1_024;

export function compressed(request: Request, response: Response): Response {
  const { headers, body, status, statusText } = response;
  const length = headers.get("content-length");
  if (
    body === null || headers.has("content-encoding") || !COMPRESSIBLE.test(headers.get("content-type") ?? "") ||
    !/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "") || length !== null && Number(length) < BYTES_MIN
  ) return response;
  const packed = new Headers(headers);
  packed.set("content-encoding", "gzip");
  packed.append("vary", "accept-encoding");
  packed.delete("content-length");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), { status, statusText, headers: packed });
}
