/**
 * A key is a text that its holder keeps secret, such as `mwk_7hq2m4xa_` and 32 characters more. Up to the second line
 * it is its prefix, which people see and logs may name; of the whole only a hash is kept. A session is the same for a
 * browser: it has a prefix of its own (`mws_`), lasts hours, and ends with the key that it was opened with.
 */
import { keyFault } from "../key.ts";
import { type AccessScope, allows, isScope } from "./scope.ts";
import type { TenantId } from "./tenant.ts";

export type KeyId = number & { readonly noun: "key" };
export type KeyKind = "key" | "session";

const HEADS: Readonly<Record<KeyKind, string>> = { key: "mwk", session: "mws" };
/** 32 characters that people do not take for each other: five bits each. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const PREFIX_LENGTH = 8;
const SECRET_LENGTH = 32;
/** Random bytes that a text is made of. */
export const KEY_BYTES = PREFIX_LENGTH + SECRET_LENGTH;

const TEXT = new RegExp(`^((mwk|mws)_[${ALPHABET}]{${PREFIX_LENGTH}})_[${ALPHABET}]{${SECRET_LENGTH}}$`);
/** Wherever it stands in other text. */
const ANYWHERE = new RegExp(`(mw[ks]_[a-z0-9]{${PREFIX_LENGTH}})_[A-Za-z0-9]{8,}`, "g");

/** Longest that a session lasts. */
export const SESSION_MS = 12 * 3_600_000;
/** Of one key; the oldest end when there are more. */
export const SESSIONS_PER_KEY_MAX = 20;
/** Of one tenant, those that have ended not counted. */
export const KEYS_PER_TENANT_MAX = 1_000;
export const PER_SECOND_MAX = 1_000_000_000;
export const OVERLAP_MS_MAX = 30 * 86_400_000;

/** What may be known of a key. */
export interface Key {
  readonly id: KeyId;
  readonly tenantId: TenantId;
  readonly prefix: string;
  readonly name: string;
  readonly scopes: readonly AccessScope[];
  /** Undefined: no limit of its own. */
  readonly requestsPerSecond: number | undefined;
  readonly readingsPerSecond: number | undefined;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
  /** Undefined: not yet. */
  readonly lastUsedAtMs: number | undefined;
}

/** The text of a new key or session from `KEY_BYTES` random bytes. */
export function writeKey(kind: KeyKind, random: Uint8Array): { readonly text: string; readonly prefix: string } {
  if (random.length !== KEY_BYTES) throw new RangeError(`a key is made of ${KEY_BYTES} random bytes`);
  const letters = Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
  const prefix = `${HEADS[kind]}_${letters.slice(0, PREFIX_LENGTH)}`;
  return { text: `${prefix}_${letters.slice(PREFIX_LENGTH)}`, prefix };
}

/** The prefix in the text of a key or session; undefined for what is none, however long it is. */
export function prefixIn(text: string, kind: KeyKind): string | undefined {
  if (text.length > 64) return undefined;
  const match = TEXT.exec(text);
  return match !== null && match[2] === HEADS[kind] ? match[1] : undefined;
}

export function holdsKey(text: string): boolean {
  return text.search(ANYWHERE) >= 0;
}

/** The same text, with the secrets of keys that stand in it left out. */
export function withoutKeys(text: string): string {
  return text.replace(ANYWHERE, "$1_…");
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export function isSameHash(one: string, other: string): boolean {
  let different = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) different |= one.charCodeAt(i) ^ other.charCodeAt(i % other.length);
  return different === 0;
}

/** What keeps a key from being used at `nowMs`; undefined: nothing. */
export function endOf(
  { revokedAtMs, expiresAtMs }: Pick<Key, "revokedAtMs" | "expiresAtMs">,
  nowMs: number,
): "revoked" | "expired" | undefined {
  if (revokedAtMs !== undefined) return "revoked";
  return expiresAtMs !== undefined && nowMs >= expiresAtMs ? "expired" : undefined;
}

/** When a key that is being replaced ends: after the overlap, but never later than it would have. */
export function endAfterRotation(
  { expiresAtMs = Infinity }: Pick<Key, "expiresAtMs">,
  { nowMs, overlapMs }: { nowMs: number; overlapMs: number },
): number {
  return Math.min(expiresAtMs, nowMs + overlapMs);
}

/** Whether the holder of any of these can still make keys. */
export function canAdminister(keys: readonly Key[], nowMs: number): boolean {
  return keys.some((key) => endOf(key, nowMs) === undefined && allows(key.scopes, "admin"));
}

/** What somebody wants a key to be. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs?: number;
  readonly requestsPerSecond?: number;
  readonly readingsPerSecond?: number;
}

/** What is wrong with a wish: which part, and why; undefined: nothing. */
export function wishFault(wish: KeyWish, nowMs: number): { field: string; fault: string } | undefined {
  const name = keyFault(wish.name);
  if (name !== undefined) return { field: "name", fault: `The name ${name}.` };
  if (holdsKey(wish.name)) return { field: "name", fault: "The name holds a key, which would be shown with it." };
  if (wish.scopes.length === 0) return { field: "scopes", fault: "A key without scopes opens nothing: give one." };
  const strange = wish.scopes.find((scope) => !isScope(scope));
  if (strange !== undefined) return { field: "scopes", fault: `${JSON.stringify(strange)} is no scope.` };
  if (wish.expiresAtMs !== undefined && !(wish.expiresAtMs > nowMs)) {
    return { field: "expiresAt", fault: "The key would have expired already: give a time to come." };
  }
  for (const field of ["requestsPerSecond", "readingsPerSecond"] as const) {
    const most = wish[field];
    if (most === undefined || Number.isInteger(most) && most >= 1 && most <= PER_SECOND_MAX) continue;
    return { field, fault: `${field} has to be a whole number from 1 to ${PER_SECOND_MAX}.` };
  }
  return undefined;
}
