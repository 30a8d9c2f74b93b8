/** Subscriptions over SSE and WebSocket together: so many per client, and so many in all. */
import { GraphQLError } from "graphql";
import type { Guests } from "./access/guests.ts";
import type { SharesOptions } from "./shares.ts";
import { createShares } from "./shares.ts";

/** Does what graphql's `subscribe` does. */
// deno-lint-ignore no-explicit-any -- yoga and graphql-ws each have a type of their own for the same function
export type Subscribe = (args: any) => unknown;

/**
 * A `subscribe` that answers an error once the client, or all together, have too many; and ends when who subscribed is
 * not welcome any more.
 */
export function limitSubscriptions(options: SharesOptions, guests: Guests): (subscribe: Subscribe) => Subscribe {
  const shares = createShares(options);
  return (subscribe) => async (args) => {
    const share = shares.take(args.contextValue.client);
    if ("limit" in share) return { errors: [tooMany(share.limit, options)] };
    const gone = guests.stay(args.contextValue.principal, args.contextValue.leave);
    const giveBack = () => {
      gone();
      share.giveBack();
    };
    try {
      const result = await subscribe(args);
      if (isIterable(result)) return givingBack(result, giveBack);
      giveBack();
      return result;
    } catch (error) {
      giveBack();
      throw error;
    }
  };
}

function tooMany(limit: "client" | "all", { perClientMax, max }: SharesOptions): GraphQLError {
  const message = limit === "client"
    ? `Your address has ${perClientMax} subscriptions open, which is the limit: close some first ` +
      "(MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX)."
    : `${max} subscriptions are open, which is the limit: try again later (MILLWRIGHT_SUBSCRIPTIONS_MAX).`;
  return new GraphQLError(message, { extensions: { code: "TOO_MANY_SUBSCRIPTIONS", http: { status: 429 } } });
}

function isIterable(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === "object" && result !== null && Symbol.asyncIterator in result;
}

/** The same results; `giveBack` is called at their end, whoever ends them. */
function givingBack(results: AsyncIterable<unknown>, giveBack: () => void): AsyncIterableIterator<unknown> {
  const source = results[Symbol.asyncIterator]();
  return {
    async next() {
      try {
        const step = await source.next();
        if (step.done) giveBack();
        return step;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    async return(value) {
      giveBack();
      return await source.return?.(value) ?? { done: true, value };
    },
    async throw(error) {
      giveBack();
      if (source.throw === undefined) throw error;
      return await source.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
