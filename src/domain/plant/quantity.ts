/** What a sensor measures: it chooses the settings that its detection starts with. */

export const QUANTITIES = [
  "generic",
  "temperature",
  "pressure",
  "current",
  "flow",
  "speed",
  "vibration_velocity",
  "counter",
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Why `quantity` is none that is known; `generic` is for whatever is not in the list. */
export function quantityFault(quantity: string): string | undefined {
  if ((QUANTITIES as readonly string[]).includes(quantity)) return undefined;
  return `${JSON.stringify(quantity.slice(0, 40))} is not known: take one of ${QUANTITIES.join(", ")}`;
}
