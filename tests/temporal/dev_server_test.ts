/** The development server as a child, and how its executable is found. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderInUse } from "../../src/folder_lock.ts";
import { startDevServer } from "../../src/temporal/dev_server.ts";
import { checkArchive } from "../../src/temporal/obtain.ts";
import { findTemporal, TemporalMissing } from "../../src/temporal/executable.ts";
import { fetchInTime } from "../fixtures/graphql.ts";
import { keepEnded } from "../../src/temporal/namespace.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";

Deno.test("an archive of the Temporal CLI that is not the released one is refused before anything of it is unpacked", () => {
  const archive = new TextEncoder().encode("an archive");
  assert.throws(() => checkArchive(archive, "another"), /the release has another: it was not used/);
  checkArchive(archive, createHash("sha256").update(archive).digest("hex"));
});

const EXECUTABLE = Deno.env.get("MILLWRIGHT_TEMPORAL_CLI")!;
const QUIET = () => {};

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-temporal-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

Deno.test("an executable that was named is used, and nothing else is tried when it does not run", async () => {
  await withFolder(async (folder) => {
    const options = { cacheFolder: folder, path: folder, report: QUIET };
    const found = await findTemporal({ ...options, executable: EXECUTABLE });
    assert.match(found.version, /^\d+\.\d+/);
    const broken = join(folder, "temporal");
    await writeFile(broken, "#!/bin/sh\necho something else\n");
    await chmod(broken, 0o755);
    await assert.rejects(
      findTemporal({ ...options, executable: broken }),
      (error: Error) => error instanceof TemporalMissing && error.message.includes(broken),
    );
  });
});

Deno.test("an executable is looked for along the PATH, then in the cache", async () => {
  await withFolder(async (folder) => {
    const [onPath, cache] = [join(folder, "on-path"), join(folder, "cache")];
    for (const place of [onPath, join(cache, "bin")]) {
      await mkdir(place, { recursive: true });
      await symlink(EXECUTABLE, join(place, "temporal"));
    }
    const find = (path: string) => findTemporal({ executable: undefined, cacheFolder: cache, path, report: QUIET });
    assert.equal((await find(`${folder}:${onPath}`)).path, join(onPath, "temporal"));
    assert.equal((await find(folder)).path, join(cache, "bin", "temporal"));
  });
});

Deno.test("one server at a time on a folder; stopped, it can be started again", async () => {
  await withFolder(async (folder) => {
    for (let round = 0; round < 2; round++) {
      const server = await startDevServer({ executable: EXECUTABLE, dataFolder: folder, report: QUIET });
      await assert.rejects(startDevServer({ executable: EXECUTABLE, dataFolder: folder, report: QUIET }), FolderInUse);
      await until(
        "the server's UI",
        () => fetchInTime(server.uiUrl).then((response) => response.text(), () => undefined),
      );
      await server.stop();
      assert.equal(isAlive(server.pid), false);
    }
  });
});

/** An executable that fails as the server does whose port has been taken, as often as the file `failures` has lines. */
async function failing(folder: string, failures: number): Promise<string> {
  const [executable, left] = [join(folder, "failing"), join(folder, "failures")];
  await writeFile(left, "x\n".repeat(failures));
  const script = `#!/bin/sh
[ -s ${left} ] && { sed -i 1d ${left}; echo "bind: address already in use" >&2; exit 1; }
exec ${EXECUTABLE} "$@"
`;
  await writeFile(executable, script);
  await chmod(executable, 0o755);
  return executable;
}

Deno.test("a server that ends before it listens is started again on other ports, and given up with what it said", async () => {
  await withFolder(async (folder) => {
    const said: string[] = [];
    const options = { dataFolder: join(folder, "data"), report: (line: string) => void said.push(line) };
    const server = await startDevServer({ ...options, executable: await failing(folder, 2) });
    await server.stop();
    assert.equal(said.filter((line) => line.includes("address already in use")).length, 2);
    await assert.rejects(startDevServer({ ...options, executable: await failing(folder, 9) }), {
      name: "DevServerFailed",
      message: /address already in use/,
    });
  });
});

Deno.test("the server does not outlive a parent that is killed", async () => {
  await withFolder(async (folder) => {
    const module = new URL("../../src/temporal/dev_server.ts", import.meta.url).href;
    const script = `const { startDevServer } = await import(${JSON.stringify(module)});
      const { pid } = await startDevServer({ executable: ${JSON.stringify(EXECUTABLE)}, dataFolder: ${
      JSON.stringify(folder)
    }, report() {} });
      console.log(pid);`;
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", script],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const pid = Number((await within("the process id of the server", reader.read(), 60_000)).value);
    assert.ok(isAlive(pid));
    parent.kill("SIGKILL");
    await within("the parent to end", parent.status);
    await reader.cancel();
    await until("the server to end", () => isAlive(pid) ? undefined : true, 10_000);
  });
});

Deno.test({
  name: "workflows that have ended are kept for as long as it is told",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await withFolder(async (folder) => {
      const server = await startDevServer({ executable: EXECUTABLE, dataFolder: folder, report: QUIET });
      const namespace = "default";
      const connection = await connectTemporal({ address: server.address, namespace, observe: () => {} });
      await keepEnded(connection, { namespace, hours: 5 });
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      assert.equal(Number(config!.workflowExecutionRetentionTtl!.seconds), 5 * 3_600);
      await connection.close();
      await server.stop();
    });
  },
});
