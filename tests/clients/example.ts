/** The examples of docs/clients/ as a reader runs them: each a process that prints one JSON text a line. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer } from "../fixtures/graphql.ts";
import { within } from "../fixtures/within.ts";

export const FOLDER = fileURLToPath(new URL("../../docs/clients/", import.meta.url));
const END_MAX_MS = 30_000;

export interface Running {
  readonly name: string;
  /** What it has printed so far, read as JSON. */
  readonly answers: Answer[];
  /** What it has printed in all, for people. */
  said(): string;
  /** Resolves with its exit code once it ends by itself. */
  ended(): Promise<number>;
  /** Ends it, with all that it started. */
  kill(): Promise<void>;
}

export function runExample(name: string, command: readonly string[]): Running {
  const [program, ...args] = command;
  // It leads a group of its own, so that what it starts can be ended with it.
  const child = new Deno.Command(program, {
    args,
    cwd: FOLDER,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
    env: { NO_COLOR: "1" },
  }).spawn();
  const answers: Answer[] = [];
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("{")) answers.push(JSON.parse(line));
    }
  };
  const ending = Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  const ended = async () => (await within(`${name} to end`, ending, END_MAX_MS))[0].code;
  return {
    name,
    answers,
    said: () => said,
    ended,
    async kill() {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (error) {
        // It has ended by itself.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
      await ended();
    },
  };
}

/** What keeps `programs` from being used here; undefined when each answers to --version. */
export async function missing(...programs: readonly string[][]): Promise<string | undefined> {
  for (const [program, ...args] of programs) {
    try {
      const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
      if (!success) return `${program} ${args.join(" ")} fails`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return `there is no ${program}`;
    }
  }
  return undefined;
}

export interface Bounds extends Pick<Deno.CommandOptions, "cwd" | "env"> {
  readonly limitMs: number;
}

/** Runs a program to its end. Throws with what it said when it fails or takes too long. */
export async function must({ limitMs, ...where }: Bounds, program: string, ...args: readonly string[]): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const { success, stdout, stderr } = await new Deno.Command(program, { ...where, args: [...args], signal }).output();
  if (success) return;
  const text = new TextDecoder();
  const late = signal.aborted ? ` did not end within ${limitMs / 1_000} s` : "";
  throw new Error(`${program} ${args.join(" ")}${late}:\n${text.decode(stdout)}${text.decode(stderr)}`);
}

/** Runs `work` with a folder of its own, and removes that. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-clients-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
