/** Counts what clients hold open, so that neither one of them nor all together hold more than there is room for. */

export interface Shares {
  /**
   * Takes one for `client`; what it answers gives it back, and may be called more than once. Says what the limit is
   * when there is none left.
   */
  take(client: string): { readonly giveBack: () => void } | { readonly limit: "client" | "all" };
}

export interface SharesOptions {
  readonly perClientMax: number;
  readonly max: number;
}

/** Clients are told apart by the address that they come from, while nobody logs in. */
export function createShares({ perClientMax, max }: SharesOptions): Shares {
  const held = new Map<string, number>();
  let all = 0;
  return {
    take(client) {
      const own = held.get(client) ?? 0;
      if (all >= max) return { limit: "all" };
      if (own >= perClientMax) return { limit: "client" };
      held.set(client, own + 1);
      all++;
      let given = false;
      const giveBack = () => {
        if (given) return;
        given = true;
        all--;
        const left = held.get(client)! - 1;
        if (left === 0) held.delete(client);
        else held.set(client, left);
      };
      return { giveBack };
    },
  };
}
