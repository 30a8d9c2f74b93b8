/** CPU time and memory of a process and its children, from /proc. */
import { readdir, readFile } from "node:fs/promises";

export interface Usage {
  readonly pid: number;
  readonly name: string;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly cpuShare?: number;
}

const TICK_MS = 10;

export async function processesUnder(root: number): Promise<Usage[]> {
  const all = (await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(readProcess)))
    .filter((one) => one !== undefined);
  const family = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (family.has(parent) && !family.has(pid)) grown = Boolean(family.add(pid));
    }
  }
  return all.filter(({ pid, rssMb }) => family.has(pid) && rssMb > 5).map(({ pid, name, cpuMs, rssMb }) => ({
    pid,
    name,
    cpuMs,
    rssMb,
  }));
}

async function readProcess(pid: string): Promise<(Usage & { parent: number }) | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const [, name, rest] = /\((.*)\) (.*)/.exec(stat)!;
    const fields = rest.split(" ");
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    return { pid: Number(pid), name, parent: Number(fields[1]), cpuMs, rssMb: Number(fields[21]) * 4096 / 2 ** 20 };
  } catch {
    // It ended in the meantime.
    return undefined;
  }
}
