/** One POST to an address that the guard admits, redirects included. Everything about it is bounded. */
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { DeliveryOutcome } from "../domain/alerting/notification.ts";
import { deferred } from "../deferred.ts";
import { AddressRefused, type Guard, NameUnresolved } from "./guard.ts";

/** What becomes of an attempt that is under way when the service goes down. */
export const WENT_DOWN: DeliveryOutcome = {
  arrived: false,
  final: false,
  detail: "The service went down while it waited for an answer.",
};

const REDIRECTS_MAX = 3;
/** Of an answer, for people. */
const DETAIL_LENGTH_MAX = 200;
const ANSWER_BYTES_MAX = 4_096;

export interface Posting {
  readonly guard: Guard;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers for the first address alone: another one that it names has no business with them. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limitMs: number;
  /** Aborts when nobody waits for it any more. */
  readonly ending: AbortSignal;
}

/**
 * How it ended. Redirects that keep the method (307, 308) are followed, to at most three addresses, each checked like
 * the first one.
 */
export async function post(
  { guard, url, headers, secretHeaders, body, limitMs, ending: asked }: Posting,
): Promise<DeliveryOutcome> {
  const ending = AbortSignal.any([AbortSignal.timeout(limitMs), asked]);
  const { origin } = new URL(url);
  let target = new URL(url);
  try {
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const own = target.origin === origin ? secretHeaders : undefined;
      const answer = await postOnce(guard, { target, headers: { ...headers, ...own }, body, ending });
      const next = redirectOf(answer, target);
      if (next === undefined) return outcomeOf(answer);
      target = next;
    }
    return { arrived: false, final: false, detail: `It redirects more than ${REDIRECTS_MAX} times.` };
  } catch (error) {
    if (asked.aborted) return WENT_DOWN;
    return failureOf(error, { limitMs, ended: ending.aborted });
  }
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

interface PostingOnce {
  readonly target: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ending: AbortSignal;
}

async function postOnce(guard: Guard, { target, headers, body, ending }: PostingOnce): Promise<Answer> {
  const { address, family } = await guard.admit(target.hostname);
  const secure = target.protocol === "https:";
  const { promise, resolve, reject } = deferred<Answer>();
  const outgoing = (secure ? requestSecure : requestPlain)({
    // The address that was checked; the name is for the server and its certificate.
    host: address,
    family,
    port: target.port === "" ? secure ? 443 : 80 : Number(target.port),
    path: `${target.pathname}${target.search}`,
    method: "POST",
    ...secure && { servername: target.hostname },
    headers: { ...headers, host: target.host, "content-length": String(new TextEncoder().encode(body).length) },
    agent: false,
  });
  const abort = () => outgoing.destroy(new Error("It took too long."));
  ending.addEventListener("abort", abort, { once: true });
  if (ending.aborted) abort();
  outgoing.on("error", reject);
  outgoing.on("response", (incoming) => {
    let text = "";
    const done = () => {
      const header = (name: string) => {
        const value = incoming.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      resolve({
        status: incoming.statusCode ?? 0,
        location: header("location"),
        retryAfter: header("retry-after"),
        text,
      });
      // Whatever else it has to say is not waited for.
      outgoing.destroy();
    };
    incoming.setEncoding("utf8");
    incoming.on("data", (part: string) => {
      text += part;
      if (text.length > ANSWER_BYTES_MAX) done();
    });
    incoming.on("end", done);
    incoming.on("error", reject);
  });
  outgoing.end(body);
  try {
    return await promise;
  } finally {
    ending.removeEventListener("abort", abort);
    outgoing.destroy();
  }
}

function redirectOf({ status, location }: Answer, target: URL): URL | undefined {
  if ((status !== 307 && status !== 308) || location === undefined) return undefined;
  const next = URL.parse(location, target.href);
  if (next === null || !["http:", "https:"].includes(next.protocol) || next.username !== "") {
    throw new AddressRefused("It redirects to something that is no plain http or https address.");
  }
  return next;
}

function outcomeOf({ status, retryAfter, text }: Answer): DeliveryOutcome {
  const said = text.replace(/[\p{C}\s]+/gu, " ").trim().slice(0, DETAIL_LENGTH_MAX);
  const detail = `HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  if (status >= 200 && status < 300) return { arrived: true, detail };
  const seconds = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) : undefined;
  return {
    arrived: false,
    detail,
    // Gone, says the recipient, and for good. Anything else may be mended while this waits.
    final: status === 410,
    ...seconds !== undefined && { retryAfterMs: seconds * 1_000 },
  };
}

/** What kept it from arriving, without its address, which may be a secret. */
function failureOf(error: unknown, { limitMs, ended }: { limitMs: number; ended: boolean }): DeliveryOutcome {
  if (error instanceof AddressRefused) return { arrived: false, final: true, detail: error.message };
  if (error instanceof NameUnresolved) return { arrived: false, final: false, detail: error.message };
  if (ended) return { arrived: false, final: false, detail: `No answer within ${limitMs / 1_000} s.` };
  const code = (error as NodeJS.ErrnoException).code;
  const message = error instanceof Error ? error.message : String(error);
  return {
    arrived: false,
    final: false,
    detail: `The connection failed: ${code ?? message.slice(0, DETAIL_LENGTH_MAX)}.`,
  };
}
