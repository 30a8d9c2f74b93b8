/** Who has been let in and stays: streams and sockets, which end when the key that opened them does. */
import type { Principal } from "../../src/operations/access/key_ring.ts";

export interface Guests {
  /** `leave` is called when the principal is not welcome any more; what it answers says that it has gone by itself. */
  stay(principal: Principal, leave: () => void): () => void;
  /** Asks those to leave who are not welcome any more. */
  look(): void;
}

export function createGuests(isGood: (principal: Principal) => boolean): Guests {
  const staying = new Map<symbol, { readonly principal: Principal; readonly leave: () => void }>();
  return {
    stay(principal, leave) {
      const guest = Symbol();
      staying.set(guest, { principal, leave });
      return () => void staying.delete(guest);
    },
    look() {
      for (const [guest, { principal, leave }] of staying) {
        if (isGood(principal)) continue;
        staying.delete(guest);
        leave();
      }
    },
  };
}
