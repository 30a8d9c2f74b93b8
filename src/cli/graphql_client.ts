/** The few lines that a client of the gateway needs: requests over HTTP, subscriptions over server-sent events. */

interface GraphQLAnswer<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string }[];
}

/** The gateway to ask, and the key to ask it with, where it needs one. */
export interface GatewayAddress {
  readonly url: string;
  readonly key: string | undefined;
}

function headersOf({ key }: GatewayAddress): Record<string, string> {
  return { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
}

/** Throws what the gateway says is wrong with the request. */
export async function request<Data>(
  gateway: GatewayAddress,
  query: string,
  variables: Record<string, unknown>,
): Promise<Data> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { ...headersOf(gateway), accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json() as GraphQLAnswer<Data>;
  if (errors !== undefined || data === undefined) {
    throw new Error(errors?.map(({ message }) => message).join("; ") ?? `status ${response.status}`);
  }
  return data;
}

export type SseEvent<Data> = GraphQLAnswer<Data>;

/** Events of a subscription until `signal` aborts or the server ends it. */
export async function* subscribe(
  gateway: GatewayAddress,
  { query, variables, signal }: { query: string; variables: Record<string, unknown>; signal: AbortSignal },
): AsyncGenerator<SseEvent<unknown>, void> {
  try {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { ...headersOf(gateway), accept: "text/event-stream" },
      body: JSON.stringify({ query, variables }),
      signal,
    });
    let rest = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: ?(.*)$/m.exec(block)?.[1];
        if (/^event: next$/m.test(block) && data) yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
