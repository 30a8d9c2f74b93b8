/** Lookups that few requests need: each is made for a request when it is first asked for. */
import DataLoader from "dataloader";
import type { Scope } from "../src/operations/scope.ts";
import type { RequestContext } from "./builder.ts";

const made = new WeakMap<object, Map<unknown, unknown>>();

/** A loader over `load`, one per request and `name`; rows come in the order of the ids. */
export function loaderOf<Id, Row>(
  load: (scope: Scope, ids: readonly Id[]) => Promise<readonly Row[]>,
): (context: Pick<RequestContext, "scope" | "loaders">, name?: string) => DataLoader<Id, Row> {
  const own = {};
  return ({ scope, loaders }, name) => {
    const ofRequest = made.get(loaders) ?? new Map<unknown, unknown>();
    made.set(loaders, ofRequest);
    const key = name ?? own;
    const loader = ofRequest.get(key) ?? new DataLoader<Id, Row>((ids) => load(scope, ids));
    ofRequest.set(key, loader);
    return loader as DataLoader<Id, Row>;
  };
}
