/** Some folders take one process at a time: two openers of an embedded database corrupt it. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Another process has the folder open. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

export interface FolderLock {
  release(): void;
}

/**
 * Locks `folder` for this process. The system gives the lock back when the process dies, however it dies. Throws
 * `FolderInUse`.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "lock");
  const file = Deno.openSync(path, { read: true, write: true, create: true });
  if (!file.tryLockSync(true)) {
    file.close();
    const holder = readFileSync(path, "utf8").trim() || "that is just starting";
    throw new FolderInUse(
      `${folder} is in use by process ${holder}: end that process, or set MILLWRIGHT_HOME to another folder.`,
    );
  }
  file.truncateSync();
  file.writeSync(new TextEncoder().encode(`${process.pid}\n`));
  return {
    release() {
      file.unlockSync();
      file.close();
    },
  };
}
