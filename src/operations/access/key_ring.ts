/**
 * All keys that the service knows, in memory: who comes in is found without asking the store, so that wrong keys cost
 * it nothing, and right ones are known while it is away. It is read again when it has changed, and every few seconds.
 */
import { LRUCache } from "lru-cache";
import { type Actor, LOCAL } from "../../domain/access/actor.ts";
import { endOf, isSameHash, type Key, type KeyId, type KeyKind, prefixIn } from "../../domain/access/key.ts";
import { type PaidUpAtMs, takeAtRate } from "../../domain/access/rate.ts";
import { type AccessScope, ALL_SCOPES } from "../../domain/access/scope.ts";
import type { KnownKey } from "../../ports/access/key.ts";
import type { TenantName } from "../../ports/workflows.ts";
import { StoreUnavailable } from "../../ports/store.ts";
import type { Deps } from "../scope.ts";

/** Whom a request is from. */
export interface Principal {
  readonly tenant: TenantName;
  readonly actor: Actor;
  readonly scopes: readonly AccessScope[];
  /** Of a session, the key that it was opened with; undefined while nobody needs one. */
  readonly key: Key | undefined;
  /** Of a session: its own row. */
  readonly session: KeyId | undefined;
}

export interface Refusal {
  readonly code: "UNAUTHENTICATED" | "UNAVAILABLE";
  readonly message: string;
  readonly retryAfterMs?: number;
}

export interface Credential {
  readonly kind: KeyKind;
  readonly text: string;
}

export interface KeyRing {
  /** Whether there is no key yet, so that nobody needs one. */
  readonly isOpen: boolean;
  /** Whom the credential is of; without any, the local actor while nobody needs one. `client` is the address. */
  admit(credential: Credential | undefined, client: string): Promise<Principal | Refusal>;
  /** Whether who was let in still would be. */
  isGood(principal: Principal): boolean;
  /** Takes from what the principal's key may do; what it answers is how long to wait, when that is used up. */
  take(principal: Principal, what: "requests" | "readings", amount: number): { retryAfterMs: number } | undefined;
  /** Reads the keys again. Throws what the store throws; what was known stays known then. */
  refresh(): Promise<void>;
}

/** What has ended is known for a while, so that its holder is told why. */
const REMEMBER_ENDED_MS = 30 * 86_400_000;
/** A text that nobody knows may be of a key that was made a moment ago: the store is asked so often at most. */
const ASK_AGAIN_MS = 1_000;
const USED_EVERY_MS = 60_000;
/** Wrong keys that one address may try for one prefix, or for none that is known. */
const WRONG_PER_SECOND = 5;
const WRONG_REMEMBERED_MAX = 10_000;
const NO_HASH = "0".repeat(64);

type RingDeps = Pick<Deps, "store" | "secrets" | "clock" | "observe" | "background">;

export async function openKeyRing(deps: RingDeps, tenant: TenantName): Promise<KeyRing> {
  const { store, secrets, clock } = deps;
  let known = new Map<string, KnownKey>();
  let byId = new Map<KeyId, KnownKey>();
  let isOpen = true;
  let askedAtMs = 0;
  let asking: Promise<void> | undefined;
  let refused = 0;
  const spent = { requests: new Map<KeyId, PaidUpAtMs>(), readings: new Map<KeyId, PaidUpAtMs>() };
  const used = new Map<KeyId, number>();
  const wrong = new LRUCache<string, PaidUpAtMs>({ max: WRONG_REMEMBERED_MAX });

  async function read(): Promise<void> {
    askedAtMs = clock.nowMs();
    const keys = await store.keys.known(askedAtMs - REMEMBER_ENDED_MS);
    known = new Map(keys.map((key) => [key.prefix, key]));
    byId = new Map(keys.map((key) => [key.id, key]));
    if (isOpen) isOpen = !await store.keys.any();
    for (const memory of [spent.requests, spent.readings, used]) {
      for (const id of memory.keys()) if (!byId.has(id)) memory.delete(id);
    }
    if (refused > 0) deps.observe({ kind: "keys.refused", count: refused });
    refused = 0;
  }

  /** One read serves all who want it before it has begun; a later one begins after it. */
  async function refresh(): Promise<void> {
    await asking?.catch(() => {});
    asking ??= read().finally(() => asking = undefined);
    await asking;
  }

  async function find(prefix: string | undefined): Promise<KnownKey | undefined> {
    if (prefix === undefined) return undefined;
    if (!known.has(prefix) && clock.nowMs() - askedAtMs >= ASK_AGAIN_MS) {
      await refresh().catch((error) => {
        // What is known has to do.
        if (!(error instanceof StoreUnavailable)) throw error;
      });
    }
    return known.get(prefix);
  }

  /** Why a key or session cannot be used; a session ends with its key as well. */
  function endedBy(row: KnownKey, nowMs: number): "revoked" | "expired" | undefined {
    const key = row.openedBy === undefined ? row : byId.get(row.openedBy);
    return endOf(row, nowMs) ?? (key === undefined ? "revoked" : endOf(key, nowMs));
  }

  function noteUse(key: Key, nowMs: number): void {
    if (nowMs - Math.max(used.get(key.id) ?? 0, key.lastUsedAtMs ?? 0) < USED_EVERY_MS) return;
    used.set(key.id, nowMs);
    const writing = store.keys.used(key.tenantId, key.id, nowMs).catch((cause) => {
      if (!(cause instanceof StoreUnavailable)) deps.observe({ kind: "fault", part: "keys", cause });
    });
    deps.background(writing);
  }

  await read();
  return {
    get isOpen() {
      return isOpen;
    },
    async admit(credential, client) {
      const row = credential && await find(prefixIn(credential.text, credential.kind));
      if (isOpen) return { tenant, actor: LOCAL, scopes: ALL_SCOPES, key: undefined, session: undefined };
      if (credential === undefined) return refusal(NEEDS_KEY);
      const nowMs = clock.nowMs();
      const place = `${row?.prefix ?? ""} ${client}`;
      const attempts = { nowMs, perSecond: WRONG_PER_SECOND, amount: 1 };
      const slowed = takeAtRate(wrong.get(place), attempts);
      // Guesses are not even compared; who has the right key is held up only by one who guesses at it from his address.
      if (row !== undefined && "retryAfterMs" in slowed) return tooManyWrong(slowed.retryAfterMs);
      const isRight = isSameHash(secrets.hash(credential.text), row?.hash ?? NO_HASH) && row !== undefined;
      if (!isRight) {
        refused++;
        if ("retryAfterMs" in slowed) return tooManyWrong(slowed.retryAfterMs);
        wrong.set(place, slowed.paidUpAtMs);
        return refusal(credential.kind === "key" ? UNKNOWN_KEY : ENDED_SESSION);
      }
      const end = endedBy(row, nowMs);
      if (end !== undefined) {
        return refusal(
          credential.kind === "key" ? `The key ${row.prefix} ${WORDS[end]}: ask for a new one.` : ENDED_SESSION,
        );
      }
      const key = row.openedBy === undefined ? row : byId.get(row.openedBy)!;
      noteUse(key, nowMs);
      return {
        tenant: { id: row.tenantId, key: row.tenantKey },
        actor: { name: key.name },
        scopes: key.scopes,
        key,
        session: row.openedBy === undefined ? undefined : row.id,
      };
    },
    isGood({ key, session }) {
      if (key === undefined) return isOpen;
      const row = byId.get(session ?? key.id);
      return row !== undefined && endedBy(row, clock.nowMs()) === undefined;
    },
    take({ key }, what, amount) {
      const perSecond = what === "requests" ? key?.requestsPerSecond : key?.readingsPerSecond;
      if (key === undefined || perSecond === undefined) return undefined;
      const taken = takeAtRate(spent[what].get(key.id), { nowMs: clock.nowMs(), perSecond, amount });
      if ("retryAfterMs" in taken) return taken;
      spent[what].set(key.id, taken.paidUpAtMs);
    },
    refresh,
  };
}

const NEEDS_KEY =
  "Everything here needs a key: send the header `Authorization: Bearer KEY`, or open a session with POST /session.";
const WORDS = { revoked: "was revoked", expired: "has expired" } as const;
const UNKNOWN_KEY = "The service does not know this key.";
const ENDED_SESSION = "The session has ended: open another one with POST /session.";

function refusal(message: string): Refusal {
  return { code: "UNAUTHENTICATED", message };
}

function tooManyWrong(retryAfterMs: number): Refusal {
  return {
    code: "UNAVAILABLE",
    message: "Too many wrong keys came from your address: wait, then try again.",
    retryAfterMs,
  };
}
