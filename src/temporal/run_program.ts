/** Runs a program to its end. */
import { spawn } from "node:child_process";
import { deferred } from "../deferred.ts";

export interface Ended {
  /** Exit code; undefined when it could not be started or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The end of what it said on the error stream, or why it could not be started. */
  readonly complaint: string;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for its standard input. */
  readonly input?: Uint8Array;
}

const COMPLAINT_MAX = 300;

export function runProgram(
  program: string,
  args: readonly string[],
  { timeoutMs, env, input }: RunOptions,
): Promise<Ended> {
  const child = spawn(program, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    env: env && { ...process.env, ...env },
    timeout: timeoutMs,
  });
  const { promise, resolve } = deferred<Ended>();
  let stdout = "";
  let complaint = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr!.setEncoding("utf8").on("data", (text: string) => complaint = (complaint + text).slice(-COMPLAINT_MAX));
  child.on("error", (error) => resolve({ code: undefined, stdout, complaint: error.message }));
  child.on("close", (code, signal) => {
    const late = signal === null ? complaint : `ended by ${signal} after at most ${timeoutMs / 1000} s`;
    resolve({ code: code ?? undefined, stdout, complaint: late.trim() });
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return promise;
}
