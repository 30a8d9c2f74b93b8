/** A tenant owns assets, sensors, readings and alerts, and sees only its own. */

export type TenantId = number & { readonly noun: "tenant" };

/** What happens to a reading whose sensor is unknown. */
export const UNKNOWN_SENSORS = {
  register: "A new sensor is registered under its key, and learns before it is judged.",
  quarantine: "The reading goes to quarantine, as unknown_sensor.",
} as const;
export type UnknownSensors = keyof typeof UNKNOWN_SENSORS;

/** What a tenant may decide for itself. */
export interface TenantSettings {
  readonly unknownSensors: UnknownSensors;
  /** The plant's own time, by its IANA name; undefined: whoever looks reads times in their own. */
  readonly timeZone: string | undefined;
}

export interface Tenant extends TenantSettings {
  readonly id: TenantId;
  readonly key: string;
}

/** The tenant that is there from the start. Whoever runs the service is its admin, and makes the others. */
export const FIRST_TENANT = "default";

/** Why a tenant cannot have this key, which is part of addresses and of workflows' names; undefined when it can. */
export function tenantKeyFault(key: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(key)
    ? undefined
    : "has to be 1 to 40 small letters and digits, with lines (-) between them";
}
