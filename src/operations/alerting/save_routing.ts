/** Who is told of which alerts: the whole of it is one document, and each change is a version. */
import { channelsOf, type Route, type Routing, routingFault } from "../../domain/alerting/route.ts";
import type { SavedRouting } from "../../ports/alerting/route.ts";
import { conflict, invalid } from "../errors.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";
import { checkVersion } from "./save_channel.ts";

export type RouteInput = Omit<Route, "assetId"> & { readonly assetKey: string | undefined };

export interface RoutingInput {
  readonly timeZone: string;
  readonly routes: readonly RouteInput[];
}

/** Holds from the next change of an alert on. Throws invalid, not found, and conflict when another version is there. */
export async function saveRouting(
  scope: Scope,
  { expectedVersion, ...input }: RoutingInput & { readonly expectedVersion: number | undefined },
): Promise<SavedRouting> {
  const { store, tenant, actor, observe } = scope;
  const version = (await store.routing.version(tenant.id))?.version ?? 0;
  checkVersion("routing", { is: version, expected: expectedVersion });
  const routing = await readRouting(scope, input);
  const saved = await store.routing.save(tenant.id, { ...routing, savedBy: actor.name }, version);
  if (saved === undefined) {
    throw conflict("expectedVersion", "Somebody else has changed the routing just now: look at it again.");
  }
  observe({
    kind: "notifying.configured",
    tenant: tenant.key,
    what: "routing",
    version: saved.version,
    actor: actor.name,
  });
  return saved;
}

/** The routing as it would be stored. Throws invalid and not found. */
export async function readRouting(
  scope: Pick<Scope, "store" | "tenant">,
  { timeZone, routes: inputs }: RoutingInput,
): Promise<Omit<Routing, "version">> {
  const routes: Route[] = [];
  for (const { assetKey, ...route } of inputs) {
    const asset = assetKey === undefined ? undefined : await findAsset(scope, { key: assetKey, field: "routes" });
    routes.push(asset === undefined ? route : { ...route, assetId: asset.id });
  }
  const routing = { timeZone, routes };
  const fault = routingFault(routing);
  if (fault !== undefined) throw invalid("routes", `The routing cannot be used: ${fault}.`);
  const known = new Set((await scope.store.channels.all(scope.tenant.id)).map(({ key }) => key));
  const unknown = channelsOf(routing).find((channel) => !known.has(channel));
  if (unknown !== undefined) {
    throw invalid("routes", `There is no channel with the key ${JSON.stringify(unknown.slice(0, 80))}. Save it first.`);
  }
  return routing;
}
