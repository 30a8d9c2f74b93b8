/** A way to a recipient is described, or changed: each change is a version. */
import { addressFault, type Channel, type ChannelKind, secretFault } from "../../domain/alerting/channel.ts";
import { keyFault } from "../../domain/key.ts";
import { conflict, invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";

export interface ChannelInput {
  readonly key: string;
  readonly kind: ChannelKind;
  readonly address: string;
  /** Undefined: the one that it has stays, if kind and address stay; null: none. */
  readonly secret: string | null | undefined;
  readonly enabled: boolean;
  /** The version that the change is made to, 0 for a new one; undefined: whichever it is. */
  readonly expectedVersion: number | undefined;
}

export type ShownChannel = Channel & { readonly hasSecret: boolean };

const CHANNELS_MAX = 1_000;

/** Throws invalid, and conflict when another version is there by now. */
export async function saveChannel(scope: Scope, input: ChannelInput): Promise<ShownChannel> {
  const { store, tenant, actor, observe, couriers } = scope;
  const { key, kind, address, enabled } = input;
  const fault = keyFault(key);
  if (fault !== undefined) throw invalid("key", `The key ${fault}.`);
  const badAddress = addressFault(kind, address);
  if (badAddress !== undefined) throw invalid("address", `The address ${badAddress}.`);
  const [known] = await store.channels.withSecrets(tenant.id, [key]);
  checkVersion("channel", { is: known?.version ?? 0, expected: input.expectedVersion });
  const isSame = known !== undefined && known.kind === kind && known.address === address;
  const secret = input.secret === undefined ? isSame ? known.secret : undefined : input.secret ?? undefined;
  const badSecret = secretFault(kind, secret);
  if (badSecret !== undefined) {
    const moved = known?.secret !== undefined && input.secret === undefined && !isSame;
    throw invalid("secret", `The secret ${badSecret}${moved ? "; for another address it has to be given again" : ""}.`);
  }
  const refusal = await couriers.refusal(kind, address);
  if (refusal !== undefined) throw invalid("address", `The address ${refusal}`.replace(/\.?$/, "."));
  if (known === undefined && (await store.channels.all(tenant.id)).length >= CHANNELS_MAX) {
    throw conflict("key", `There are ${CHANNELS_MAX} channels, which is the limit: change one that is not in use.`);
  }
  const saved = await store.transaction((store) =>
    store.channels.save(tenant.id, { key, kind, address, enabled, savedBy: actor.name }, {
      expected: known?.version ?? 0,
      secret,
    })
  );
  if (saved === undefined) throw conflict("key", "Somebody else has changed the channel just now: look at it again.");
  observe({
    kind: "notifying.configured",
    tenant: tenant.key,
    what: `channel ${key}`,
    version: saved.version,
    actor: actor.name,
  });
  return { ...saved, hasSecret: secret !== undefined };
}

/** Throws conflict when a change is made to another version than the newest one. */
export function checkVersion(what: string, { is, expected }: { is: number; expected: number | undefined }): void {
  if (expected === undefined || expected === is) return;
  const there = is === 0 ? `there is no ${what} yet` : `the ${what} has version ${is}`;
  throw conflict(
    "expectedVersion",
    `Expected version ${expected}, but ${there}: look at it, and change what is there.`,
  );
}
