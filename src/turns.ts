/** Work that takes turns, so that what does not has to wait for little of it. */
import { deferred } from "./deferred.ts";

export interface TurnsOptions {
  /** Pieces of work under way at once. */
  readonly atOnce: number;
  /** Pieces of work that may wait. */
  readonly waitingMax: number;
  readonly waitMaxMs: number;
}

/** Does `work` when it is its turn, in the order in which it was asked for. Throws `TooManyWait`. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Work was given up before its turn came. */
export class TooManyWait extends Error {
  override readonly name = "TooManyWait";
}

export function createTurns({ atOnce, waitingMax, waitMaxMs }: TurnsOptions): Turns {
  let underWay = 0;
  const waiting = new Set<() => void>();

  async function turn(): Promise<void> {
    if (underWay < atOnce) return void underWay++;
    if (waiting.size >= waitingMax) throw new TooManyWait(`${waiting.size} others wait already`);
    const { promise, resolve, reject } = deferred<void>();
    waiting.add(resolve);
    const timer = setTimeout(() => {
      waiting.delete(resolve);
      reject(new TooManyWait(`its turn did not come within ${waitMaxMs} ms`));
    }, waitMaxMs);
    await promise.finally(() => clearTimeout(timer));
  }

  /** Hands the place over to the one that has waited longest. */
  function pass(): void {
    const [next] = waiting;
    if (next === undefined) return void underWay--;
    waiting.delete(next);
    next();
  }

  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      pass();
    }
  };
}
