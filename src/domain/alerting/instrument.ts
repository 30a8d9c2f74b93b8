/**
 * Faults of the instrument itself, kept apart from what it says of the process: while one stands, the sensor's process
 * alerts are suppressed. Classed as NAMUR NE 107 classes the state of a device.
 */

export const INSTRUMENT_STATUSES = {
  failure: "The sensor gives no valid value (NE 107: failure).",
  function_check: "The sensor is being worked on, and gives no valid value meanwhile (NE 107: function check).",
  out_of_specification: "The sensor gives a value that is doubtful (NE 107: out of specification).",
  maintenance_required: "The sensor still gives valid values, but not for long (NE 107: maintenance required).",
} as const;
export type InstrumentStatus = keyof typeof INSTRUMENT_STATUSES;

/** Kinds of alerts that are about the instrument, and their class. */
const INSTRUMENT_FAULTS: Readonly<Record<string, InstrumentStatus>> = {
  // No reading is no value.
  silence: "failure",
  // The device itself says that its value is not to be used.
  bad_quality: "failure",
  // A value that stands still may be true: nobody but the pattern says that it is not.
  flatline: "out_of_specification",
};

export const INSTRUMENT_KINDS: readonly string[] = Object.keys(INSTRUMENT_FAULTS);

/** The class of an instrument fault; undefined for an alert of the process. */
export function instrumentStatus(kind: string): InstrumentStatus | undefined {
  return Object.hasOwn(INSTRUMENT_FAULTS, kind) ? INSTRUMENT_FAULTS[kind] : undefined;
}
