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
}

export interface Tenant extends TenantSettings {
  readonly id: TenantId;
  readonly key: string;
}
