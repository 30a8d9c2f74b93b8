/** Processes of the service: gateways and workers, over all tenants. */

export type PartKind = "gateway" | "worker";
export type PartState = "running" | "lost" | "ended";

export interface Part {
  readonly id: string;
  readonly kind: PartKind;
  /** Machine and process, for people. */
  readonly name: string;
  /** Number of the last migration that it knows: parts of one release have the same. */
  readonly migration: number;
  readonly startedAt: number;
  readonly seenAt: number;
  readonly state: PartState;
}

export interface PartStore {
  /** Notes that the part is there; true when nobody knew, or it was lost. */
  seen(part: Pick<Part, "id" | "kind" | "name" | "migration">): Promise<Part | undefined>;
  ended(id: string): Promise<void>;
  /**
   * Notes those as lost that have not been seen for so long; answers them, each once. Forgets what is over for a week.
   */
  lose(options: { readonly unseenForMs: number }): Promise<Part[]>;
  /** The newest first. */
  list(options: { readonly limit: number }): Promise<Part[]>;
}
