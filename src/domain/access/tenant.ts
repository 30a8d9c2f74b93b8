/** A tenant owns assets, sensors, readings and alerts, and sees only its own. */

export type TenantId = number & { readonly noun: "tenant" };

/** What happens to a reading whose sensor is unknown: a new sensor starts in a learning state, or the reading goes to quarantine. */
export type UnknownSensors = "register" | "quarantine";

export interface Tenant {
  readonly id: TenantId;
  readonly key: string;
  readonly unknownSensors: UnknownSensors;
}
