/** Sessions over HTTP: POST /session with a key gives a cookie, DELETE /session ends it. */
import { SESSION_MS } from "../../src/domain/access/key.ts";
import type { KeyRing, Principal } from "../../src/operations/access/key_ring.ts";
import { openSession } from "../../src/operations/access/open_session.ts";
import type { Scope } from "../../src/operations/scope.ts";
import { StoreUnavailable } from "../../src/ports/store.ts";
import { COOKIE, credentialOf, isOfOurPage, keyIn } from "./credential.ts";
import { refused, tooManyRequests } from "./refused.ts";

export interface SessionOptions {
  readonly keys: KeyRing;
  readonly scope: (principal: Principal) => Scope;
  /** Makes what was changed about sessions count here at once: streams and sockets of one that has ended end. */
  readonly keysChanged: () => Promise<void>;
}

const BODY_LENGTH_MAX = 1_000;

/** Answers a request to /session. */
export async function answerSession(request: Request, client: string, options: SessionOptions): Promise<Response> {
  // A page of elsewhere could put its visitor into a session of its own.
  if (!isOfOurPage(request)) {
    return refused({ code: "UNAUTHENTICATED", message: "Pages of elsewhere open no sessions." });
  }
  try {
    if (request.method === "POST") return await open(request, client, options);
    if (request.method === "DELETE") return await close(request, client, options);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const message = "The store is away, so no session can be opened or closed: try again later.";
    return refused({ code: "UNAVAILABLE", message, retryAfterMs: 2_000 });
  }
  return new Response("POST opens a session, DELETE ends it.\n", { status: 405, headers: { allow: "POST, DELETE" } });
}

async function open(request: Request, client: string, { keys, scope, keysChanged }: SessionOptions): Promise<Response> {
  const header = request.headers.get("authorization");
  const text = header ?? await keyInBody(request);
  if (text === undefined) {
    return refused({
      code: "UNAUTHENTICATED",
      message: 'Send the key in the header Authorization, as `Bearer KEY`, or as JSON: {"key": "KEY"}.',
    });
  }
  const credential = keyIn(header ?? `Bearer ${text}`);
  const principal = "code" in credential ? credential : await keys.admit(credential, client);
  if ("code" in principal) return refused(principal);
  const early = keys.take(principal, "requests", 1);
  if (early !== undefined) return refused(tooManyRequests(early.retryAfterMs));
  const { key, tenant } = principal;
  // While nobody needs a key there is nothing to open.
  if (key === undefined) return new Response(null, { status: 204 });
  const session = await openSession(scope(principal), { tenant, key });
  await keysChanged();
  const { expiresAtMs } = session.key;
  return Response.json({ name: key.name, scopes: key.scopes, expiresAt: new Date(expiresAtMs!).toISOString() }, {
    headers: { "set-cookie": cookie(request, session.text, SESSION_MS / 1_000), "cache-control": "no-store" },
  });
}

async function close(
  request: Request,
  client: string,
  { keys, scope, keysChanged }: SessionOptions,
): Promise<Response> {
  const credential = credentialOf(request);
  const principal = credential === undefined || "code" in credential
    ? credential
    : await keys.admit(credential, client);
  if (principal !== undefined && !("code" in principal) && principal.session !== undefined) {
    await scope(principal).store.keys.removeSession(principal.tenant.id, principal.session);
    await keysChanged();
  }
  return new Response(null, { status: 204, headers: { "set-cookie": cookie(request, "", 0) } });
}

/** Only as JSON, which no form of another site can send. */
async function keyInBody(request: Request): Promise<string | undefined> {
  if (!/^application\/json\b/.test(request.headers.get("content-type") ?? "")) return undefined;
  if (!(Number(request.headers.get("content-length")) <= BODY_LENGTH_MAX)) return undefined;
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || !("key" in body) || typeof body.key !== "string") return undefined;
  return body.key;
}

function cookie(request: Request, value: string, seconds: number): string {
  const isEncrypted = new URL(request.url).protocol === "https:" ||
    request.headers.get("x-forwarded-proto") === "https";
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isEncrypted ? "; Secure" : ""}`;
}
