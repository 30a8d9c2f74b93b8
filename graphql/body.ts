/** Bodies up to a limit: the declared length is checked first, then what really arrives is counted. */

/** The request with its body in memory; undefined when it is longer than `bytesMax`. */
export async function withBoundedBody(request: Request, bytesMax: number): Promise<Request | undefined> {
  if (request.body === null) return request;
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) {
    await request.body.cancel();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    body: new Blob(chunks as BlobPart[]),
    signal: request.signal,
  });
}
