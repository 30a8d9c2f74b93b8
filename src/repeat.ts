/** Work that a process does again and again while it lives, such as looking for what was left lying. */

export interface Repeating {
  /** Does it no more, and waits for the one that is under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` every `everyMs`, counted from end to beginning, the first time at once. What it throws goes to `onFault`.
 */
export function repeat(
  everyMs: number,
  { work, onFault }: { work: () => Promise<unknown>; onFault: (cause: unknown) => void },
): Repeating {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let underWay = Promise.resolve();
  const once = () => {
    underWay = work().then(() => {}, onFault).then(() => {
      if (!stopped) timer = setTimeout(once, everyMs);
    });
  };
  once();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
