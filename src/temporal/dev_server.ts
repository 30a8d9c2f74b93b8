/**
 * Temporal's development server as a child that never outlives this process. It is one machine's server, not one for
 * production, as its own help says.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Readable, Writable } from "node:stream";
import { lockFolder } from "../folder_lock.ts";
import { deferred } from "../deferred.ts";

export interface DevServer {
  /** host:port for clients and workers. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface DevServerOptions {
  readonly executable: string;
  /** Keeps the server's database and log; a restart on the same folder goes on where it stopped. */
  readonly dataFolder: string;
  readonly report: (line: string) => void;
}

/** The server ended before it could be used. */
export class DevServerFailed extends Error {
  override readonly name = "DevServerFailed";
}

/**
 * Polls of the transfer queue per second and shard: with the default of 20 every activity waits 40 ms once its burst is
 * used up.
 */
const TRANSFER_POLLS_PER_SECOND = 100;

const DYNAMIC_CONFIG: Readonly<Record<string, number | boolean>> = {
  "history.transferProcessorMaxPollRPS": TRANSFER_POLLS_PER_SECOND,
  "system.enableActivityEagerExecution": true,
  "frontend.namespaceRPS": 20_000,
  "frontend.rps": 20_000,
  "history.rps": 30_000,
  "matching.rps": 20_000,
  "matching.numTaskqueueReadPartitions": 1,
  "matching.numTaskqueueWritePartitions": 1,
};

// The shell ends the server when its standard input closes, which the system does when this process dies, however it
// dies. The server has a session of its own (detached), so that Ctrl-C in a terminal reaches this process alone, which
// then stops things in their order.
const WATCHED = `
exec 3<&0
log=$1; shift
"$@" </dev/null 3<&- >"$log" 2>&1 & child=$!
echo $child
(cat <&3 >/dev/null; kill -TERM $child 2>/dev/null; sleep 4; kill -KILL $child 2>/dev/null) >/dev/null 2>&1 & watch=$!
wait $child; code=$?
kill $watch 2>/dev/null
exit $code`;

/** A port that was free, one of the server's own among them, may be taken until the server binds it. */
const STARTS_MAX = 3;
const UP_MAX_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/**
 * Starts the server on free ports of the loopback address, and resolves when it listens. Throws `FolderInUse`;
 * `DevServerFailed` when it ends before that, again and again. One that is slow is for its first client to wait for.
 */
export async function startDevServer({ executable, dataFolder, report }: DevServerOptions): Promise<DevServer> {
  const lock = lockFolder(dataFolder);
  try {
    await awaitEndOfFormer(dataFolder, report);
    for (let starts = 1;; starts++) {
      const { port, uiPort, pid, child, ended } = await launch(executable, dataFolder);
      if (await listens(port, ended)) {
        return {
          address: `127.0.0.1:${port}`,
          uiUrl: `http://127.0.0.1:${uiPort}`,
          pid,
          async stop() {
            child.stdin.end();
            await ended;
            await rm(pidFile(dataFolder), { force: true });
            lock.release();
          },
        };
      }
      const said = (await readFile(logFile(dataFolder), "utf8")).trim().split("\n").at(-1);
      if (starts === STARTS_MAX) {
        throw new DevServerFailed(`The Temporal development server ended before it could be used. It said: ${said}`);
      }
      report(`the server ended before it listened, and is started again on other ports; it said: ${said}`);
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function launch(executable: string, dataFolder: string) {
  const [port, uiPort] = await Promise.all([freePort(), freePort()]);
  const args = serverArgs({ dataFolder, port, uiPort });
  const child = spawn("sh", ["-c", WATCHED, "sh", logFile(dataFolder), executable, ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const { promise: ended, resolve } = deferred<void>();
  child.once("exit", () => resolve());
  const pid = await readPid(child);
  await writePid(dataFolder, pid);
  return { port, uiPort, pid, child, ended };
}

/** False when the server ends first. */
async function listens(port: number, ended: Promise<void>): Promise<boolean> {
  let gone = false;
  void ended.then(() => gone = true);
  for (const giveUpAtMs = performance.now() + UP_MAX_MS; performance.now() < giveUpAtMs;) {
    if (await accepts(port)) return true;
    if (gone) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = deferred<boolean>();
  const socket = connect({ host: "127.0.0.1", port }, () => resolve(true));
  socket.once("error", () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

function serverArgs({ dataFolder, port, uiPort }: { dataFolder: string; port: number; uiPort: number }): string[] {
  return [
    ...[
      "server",
      "start-dev",
      "--ip",
      "127.0.0.1",
      "--port",
      String(port),
      "--ui-ip",
      "127.0.0.1",
      "--ui-port",
      String(uiPort),
    ],
    ...["--db-filename", join(dataFolder, "temporal.db"), "--log-level", "warn"],
    // Safe against a killed process, and most often against a power cut: at worst the last commits are gone, which the
    // sweeper makes up for.
    ...["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"],
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([name, value]) => ["--dynamic-config-value", `${name}=${value}`]),
  ];
}

async function readPid(child: ChildProcessByStdio<Writable, Readable, null>): Promise<number> {
  const { promise, resolve, reject } = deferred<number>();
  child.once("error", reject);
  child.once(
    "exit",
    (code) => reject(new DevServerFailed(`The Temporal development server ended at once with code ${code}.`)),
  );
  child.stdout.setEncoding("utf8").once("data", (line: string) => resolve(Number(line)));
  return await promise;
}

function logFile(dataFolder: string): string {
  return join(dataFolder, "server.log");
}

function pidFile(dataFolder: string): string {
  return join(dataFolder, "server.pid");
}

async function writePid(dataFolder: string, pid: number): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const file = await open(pidFile(dataFolder), "w");
  await file.writeFile(String(pid));
  await file.close();
}

/** After a kill, the former server needs a moment to see that its parent is gone. */
async function awaitEndOfFormer(dataFolder: string, report: (line: string) => void): Promise<void> {
  const text = await readFile(pidFile(dataFolder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const pid = Number(text);
  if (!pid || !isAlive(pid)) return;
  report(`waiting for the former Temporal server (process ${pid}) to end`);
  for (let attempt = 0; attempt < 60 && isAlive(pid); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Below those that systems give to connections: one of these may be taken between the look for it and the server's
 * binding it, and who tries to reach a server that is not there yet may even reach itself.
 */
const PORTS = { first: 20_000, last: 32_000 };

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = deferred<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  return await promise;
}
