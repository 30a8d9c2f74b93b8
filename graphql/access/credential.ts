/** What a request shows to be let in: a key in a header, or the cookie of a session. */
import { holdsKey } from "../../src/domain/access/key.ts";
import type { Credential, Refusal } from "../../src/operations/access/key_ring.ts";

export const COOKIE = "millwright_session";
const SCHEME = /^bearer +(\S+) *$/i;

/** Undefined: nothing. A header counts before a cookie. */
export function credentialOf(request: Request): Credential | Refusal | undefined {
  const header = request.headers.get("authorization");
  if (header !== null) return keyIn(header);
  const text = cookieOf(request);
  if (text === undefined) return undefined;
  if (isOfOurPage(request)) return { kind: "session", text };
  return refusal("A session counts for pages of the gateway's own address alone: send a key in a header.");
}

/** The key in `Bearer KEY`. */
export function keyIn(header: string): Credential | Refusal {
  const text = SCHEME.exec(header)?.[1];
  return text === undefined
    ? refusal("The header Authorization has to be `Bearer KEY`, with a key of this service.")
    : { kind: "key", text };
}

/** An address is written into logs, histories and the headers of other requests. */
export function addressFault(address: string): Refusal | undefined {
  return holdsKey(address)
    ? refusal("There is a key in the address, where logs keep it: rotate that key, and send keys in a header.")
    : undefined;
}

function cookieOf(request: Request): string | undefined {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE && value !== undefined && value !== "") return value;
  }
  return undefined;
}

/**
 * Whether a browser sends this on behalf of a page of this very address. To browsers all ports of a host are one site,
 * so they send the cookie for what another program's page on this machine asks for, too.
 */
export function isOfOurPage({ headers, url }: Request): boolean {
  const origin = headers.get("origin");
  if (origin !== null) return URL.parse(origin)?.host === (headers.get("host") ?? new URL(url).host);
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}

function refusal(message: string): Refusal {
  return { code: "UNAUTHENTICATED", message };
}
