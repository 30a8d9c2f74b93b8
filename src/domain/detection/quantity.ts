/** What a quantity says about detection, as data. */
import type { Quantity } from "../plant/quantity.ts";
import { DEFAULT_SETTINGS, type DetectionSettings } from "./settings.ts";

/** What a quantity changes in the default settings, and why. */
export const QUANTITY_DEFAULTS: Readonly<
  Record<Quantity, { readonly why: string; readonly settings: DetectionSettings }>
> = {
  generic: { why: "nothing is known", settings: DEFAULT_SETTINGS },
  temperature: {
    why: "heat is slow: a sensor that does not move for an hour of minutes may be well",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "temperature-1", least: 60 }),
  },
  pressure: { why: "as generic", settings: { ...DEFAULT_SETTINGS, version: "pressure-1" } },
  current: {
    why: "follows the load: two anomalies in a row, since starts make single peaks",
    settings: withOnDelay(DEFAULT_SETTINGS, { version: "current-1", onDelay: 2 }),
  },
  flow: {
    why: "as current: valves make single peaks",
    settings: withOnDelay(DEFAULT_SETTINGS, { version: "flow-1", onDelay: 2 }),
  },
  speed: {
    why: "regulated to a set point: equal readings are normal for long",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "speed-1", least: 600 }),
  },
  vibration_velocity: {
    why: "broad-band vibration is never still: a sensor that repeats itself ten times is stuck",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "vibration-velocity-1", least: 10 }),
  },
};

/** The settings that a sensor of `quantity` starts with; those of "generic" when it is not in the list. */
export function settingsFor(quantity: string): DetectionSettings {
  return (isKnown(quantity) ? QUANTITY_DEFAULTS[quantity] : QUANTITY_DEFAULTS.generic).settings;
}

function isKnown(quantity: string): quantity is Quantity {
  return Object.hasOwn(QUANTITY_DEFAULTS, quantity);
}

function withFlatline(
  settings: DetectionSettings,
  { version, least }: { version: string; least: number },
): DetectionSettings {
  const watches = settings.watches.map((watch) =>
    watch.detector.name === "flatline"
      ? { ...watch, detector: { ...watch.detector, parameters: { ...watch.detector.parameters, least } } }
      : watch
  );
  return { ...settings, version, watches };
}

function withOnDelay(
  settings: DetectionSettings,
  { version, onDelay }: { version: string; onDelay: number },
): DetectionSettings {
  return { ...settings, version, episode: { ...settings.episode, onDelay } };
}
