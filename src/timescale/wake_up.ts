/** Wake-ups inside a process, and between processes by LISTEN and NOTIFY. */
import type postgres from "postgres";
import type { WakeUps } from "../ports/wake_up.ts";
import { deferred } from "../deferred.ts";

/** For the embedded store: whoever writes is in this process. */
export function inProcessWakeUps(): WakeUps {
  const waiting = new Map<string, Set<() => void>>();
  const closed = new AbortController();
  return {
    wake(topic) {
      for (const wake of waiting.get(topic) ?? []) wake();
    },
    wait(topic, { timeoutMs, signal }) {
      const { promise, resolve } = deferred<boolean>();
      const set = waiting.get(topic) ?? new Set();
      waiting.set(topic, set);
      const end = (woken: boolean) => {
        clearTimeout(timer);
        set.delete(wake);
        if (set.size === 0 && waiting.get(topic) === set) waiting.delete(topic);
        stop?.removeEventListener("abort", sleepOn);
        closed.signal.removeEventListener("abort", sleepOn);
        resolve(woken);
      };
      const wake = () => end(true);
      const sleepOn = () => end(false);
      const stop = signal;
      const timer = setTimeout(sleepOn, timeoutMs);
      set.add(wake);
      stop?.addEventListener("abort", sleepOn);
      closed.signal.addEventListener("abort", sleepOn);
      if (stop?.aborted || closed.signal.aborted) sleepOn();
      return promise;
    },
    close() {
      closed.abort();
      return Promise.resolve();
    },
  };
}

const CHANNEL = "millwright_wake_up";
/**
 * NOTIFY takes a lock on the whole database at commit: topics are collected for this long and sent as one statement of
 * its own.
 */
const COLLECT_MS = 20;

/** For a store that several processes share. The driver listens again by itself when its connection was lost. */
export function postgresWakeUps(sql: postgres.Sql<{ bigint: number }>, onFault: (cause: unknown) => void): WakeUps {
  const local = inProcessWakeUps();
  const listening = sql.listen(CHANNEL, (payload) => payload.split("\n").forEach((topic) => local.wake(topic)));
  listening.catch(onFault);
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = Promise.resolve();

  function send(): void {
    timer = undefined;
    const payload = [...topics].join("\n");
    topics.clear();
    // A wake-up that cannot be sent is no loss: whoever waits looks by itself.
    sending = sql.notify(CHANNEL, payload).then(() => {}, onFault);
  }

  return {
    wake(topic) {
      local.wake(topic);
      topics.add(topic);
      timer ??= setTimeout(send, COLLECT_MS);
    },
    wait: local.wait,
    async close() {
      clearTimeout(timer);
      await sending;
      await local.close();
      await listening.then(({ unlisten }) => unlisten(), onFault);
    },
  };
}
