/** What a quantity says about detection, as data. */
import type { Quantity } from "../plant/quantity.ts";
import type { Span } from "./stats/span.ts";
import { DEFAULT_SETTINGS, type DetectionSettings } from "./settings.ts";

const TWICE: Span = { hours: 0, least: 2 };

/** What a quantity changes in the default settings, and why. */
export const QUANTITY_DEFAULTS: Readonly<
  Record<Quantity, { readonly why: string; readonly settings: DetectionSettings }>
> = {
  generic: { why: "nothing is known", settings: DEFAULT_SETTINGS },
  temperature: {
    why: "heat is slow: a sensor that does not move for an hour of minutes may be well",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "temperature-2", least: { hours: 1, least: 60 } }),
  },
  pressure: { why: "as generic", settings: { ...DEFAULT_SETTINGS, version: "pressure-2" } },
  current: {
    why: "follows the load: two anomalies in a row, since starts make single peaks",
    settings: withOnDelay(DEFAULT_SETTINGS, { version: "current-2", onDelay: TWICE }),
  },
  flow: {
    why: "as current: valves make single peaks",
    settings: withOnDelay(DEFAULT_SETTINGS, { version: "flow-2", onDelay: TWICE }),
  },
  speed: {
    why: "regulated to a set point: equal readings are normal for long",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "speed-2", least: { hours: 10, least: 120 } }),
  },
  vibration_velocity: {
    why: "broad-band vibration is never still: a sensor that repeats itself ten times is stuck",
    settings: withFlatline(DEFAULT_SETTINGS, { version: "vibration-velocity-2", least: { hours: 0, least: 10 } }),
  },
  counter: {
    why: "adds up (energy, running hours, pieces): its rate an hour is judged, a fall is a reset and no reading; " +
      "a machine at rest counts nothing for long, so that equal rates are no fault",
    settings: {
      ...DEFAULT_SETTINGS,
      version: "counter-2",
      counts: true,
      watches: DEFAULT_SETTINGS.watches.filter(({ kind }) => kind !== "flatline"),
    },
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
  { version, least }: { version: string; least: Span },
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
  { version, onDelay }: { version: string; onDelay: Span },
): DetectionSettings {
  return { ...settings, version, episode: { ...settings.episode, onDelay } };
}
