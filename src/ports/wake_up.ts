/**
 * Wake-ups say "look again". They may be lost or come for nothing: whoever waits also looks by itself now and then, and
 * the store is the truth.
 */
export interface WakeUps {
  /** Wakes who waits for `topic`, in this process and, where the store can carry it, in others. */
  wake(topic: string): void;
  /** Resolves at the next wake-up (true), or after `timeoutMs` or when `signal` aborts (false). */
  wait(topic: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>;
  close(): Promise<void>;
}
