/** What a quantity says about detection, as data. What a tenant says of the quantity is laid over it. */
import { QUANTITIES, type Quantity } from "../plant/quantity.ts";
import { FIRST_VERSION, type SettingsLayer } from "./settings_layers.ts";
import type { SettingsPatch } from "./settings_document.ts";
import type { Span } from "./stats/span.ts";

const TWICE = { hours: 0, least: 2 };

/** What a quantity changes in the settings of all, and why. */
export const QUANTITY_SEEDS: Readonly<Record<Quantity, { readonly why: string; readonly patch: SettingsPatch }>> = {
  generic: { why: "nothing is known", patch: {} },
  temperature: {
    why: "heat is slow: a sensor that does not move for an hour of minutes may be well",
    patch: withFlatline({ hours: 1, least: 60 }),
  },
  pressure: { why: "as generic", patch: {} },
  current: {
    why: "follows the load: two anomalies in a row, since starts make single peaks",
    patch: { sensor: { episode: { onDelay: TWICE } } },
  },
  flow: { why: "as current: valves make single peaks", patch: { sensor: { episode: { onDelay: TWICE } } } },
  speed: {
    why: "regulated to a set point: equal readings are normal for long",
    patch: withFlatline({ hours: 10, least: 120 }),
  },
  vibration_velocity: {
    why: "broad-band vibration is never still: a sensor that repeats itself ten times is stuck",
    patch: withFlatline({ hours: 0, least: 10 }),
  },
  counter: {
    why: "adds up (energy, running hours, pieces): its rate an hour is judged, a fall is a reset and no reading; " +
      "a machine at rest counts nothing for long, so that equal rates are no fault",
    patch: { sensor: { counts: true, watches: { flatline: null } } },
  },
};

function withFlatline(least: Span): SettingsPatch {
  return { sensor: { watches: { flatline: { parameters: { least: { ...least } } } } } };
}

/** `quantity` when it is known, or "generic". */
export function knownQuantity(quantity: string): Quantity {
  return (QUANTITIES as readonly string[]).includes(quantity) ? quantity as Quantity : "generic";
}

/** The layer of the release, under what people say of the quantity. */
export function seedLayer(quantity: Quantity): SettingsLayer {
  return { scope: { quantity }, version: FIRST_VERSION, patch: QUANTITY_SEEDS[quantity].patch };
}
