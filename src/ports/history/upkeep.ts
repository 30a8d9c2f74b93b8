/** What a store needs now and then to stay quick and small, where it does not do so by itself. */

export interface UpkeepStore {
  /**
   * Parts that hold nothing but data times before `beforeMs` and can be compressed; none in an edition that cannot
   * compress.
   */
  compressible(beforeMs: number): Promise<string[]>;
  /** A part that is compressed already is left as it is. Nothing else runs in an embedded store meanwhile. */
  compress(part: string): Promise<void>;
  /**
   * Tables whose dead rows nobody else clears away; none on a server. `rewritten`: only those whose rows are rewritten
   * all the time.
   */
  vacuumable(which: "rewritten" | "all"): Promise<string[]>;
  /**
   * Clears a table, and looks anew at what is in it if wanted. Nothing else runs in an embedded store meanwhile.
   */
  vacuum(table: string, options: { analyze: boolean }): Promise<void>;
}
