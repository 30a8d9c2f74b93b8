/** What a key lets its holder do. */

export const ACCESS_SCOPES = {
  ingest: "Send batches of readings, and see what became of each.",
  read: "Look at everything of the tenant but its keys and its audit, and follow it.",
  operate: "Act on what happens: alerts, work orders, batches that stand in the way.",
  configure: "Change how it is judged: settings, sensors, assets, channels, reprocessing.",
  admin: "Decide who comes in and what is kept: keys, tenants, audit, retention.",
} as const;
export type AccessScope = keyof typeof ACCESS_SCOPES;

export const ALL_SCOPES = Object.keys(ACCESS_SCOPES) as readonly AccessScope[];

/** Who may act has to see what on; who decides about keys could give themselves any of the others. */
const GIVES: Readonly<Record<AccessScope, readonly AccessScope[]>> = {
  ingest: ["ingest"],
  read: ["read"],
  operate: ["operate", "read"],
  configure: ["configure", "read"],
  admin: ALL_SCOPES,
};

/** Whether who was granted these may do what needs `needed`. What a newer release grants gives nothing here. */
export function allows(granted: readonly AccessScope[], needed: AccessScope): boolean {
  return granted.some((scope) => Object.hasOwn(GIVES, scope) && GIVES[scope].includes(needed));
}

/** Whether a word that a person gives is a scope. */
export function isScope(word: string): word is AccessScope {
  return Object.hasOwn(ACCESS_SCOPES, word);
}
