import type { TenantId } from "../../domain/access/tenant.ts";
import type { Channel, SecretChannel } from "../../domain/alerting/channel.ts";

export interface ChannelStore {
  /**
   * Stores the next version of the channel, behind `expected` (0: there is none yet); undefined when another one is the
   * newest. Versions before keep no secret.
   */
  save(
    tenantId: TenantId,
    channel: Pick<Channel, "key" | "kind" | "address" | "enabled" | "savedBy">,
    options: { expected: number; secret: string | undefined },
  ): Promise<Channel | undefined>;
  /** The newest versions, with their secrets: for deliveries, never for answers. */
  withSecrets(tenantId: TenantId, keys: readonly string[]): Promise<SecretChannel[]>;
  /** The newest version of each, by key, and whether it has a secret. */
  all(tenantId: TenantId): Promise<(Channel & { readonly hasSecret: boolean })[]>;
  /** All versions of one, newest first. */
  versions(tenantId: TenantId, key: string): Promise<(Channel & { readonly hasSecret: boolean })[]>;
}
