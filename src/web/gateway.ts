/** Asking the gateway: GraphQL over HTTP. What goes wrong comes as a `Fault` whose message is for people. */
import { signal } from "@preact/signals";

/** A document's text, with the types of what it answers and takes. */
export type Document<Answer, Variables> = string & { readonly answer?: Answer; readonly variables?: Variables };

export type FaultKind = "away" | "refused" | "signed out" | "old page";

export class Fault extends Error {
  override readonly name = "Fault";
  constructor(message: string, readonly kind: FaultKind, readonly code: string | undefined = undefined) {
    super(message);
  }
}

/** Whether the gateway wants a key before it answers. */
export const signedOut = signal(false);

interface GraphQLError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Throws `Fault`, and what aborting throws. */
export async function ask<Answer, Variables extends object>(
  document: Document<Answer, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: document, variables }),
    signal: signal ?? null,
  }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new Fault("The service does not answer.", "away");
  });
  const body = await response.json().catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new Fault(`The service answers with status ${response.status} and no data.`, "away");
  }) as { data?: Answer; errors?: GraphQLError[] };
  const [first] = body.errors ?? [];
  if (first === undefined && body.data !== undefined && body.data !== null) return body.data;
  const code = first?.extensions?.code;
  if (response.status === 401 || code === "UNAUTHENTICATED") {
    signedOut.value = true;
    throw new Fault(first?.message ?? "Sign in with a key.", "signed out", code);
  }
  if (code === "GRAPHQL_VALIDATION_FAILED") {
    throw new Fault(
      `This page is of another version than the service; load it again. (${first.message})`,
      "old page",
      code,
    );
  }
  throw new Fault(first?.message ?? `The service answers with status ${response.status}.`, "refused", code);
}

/** What a mutation answers: what was done, or one of the typed errors. */
export interface Refusal {
  readonly __typename: string;
  readonly message?: string;
  readonly field?: string;
  readonly retryAfterMs?: number;
}

export function isRefusal(result: { __typename: string }): result is Refusal & { message: string } {
  return result.__typename.endsWith("Error");
}
