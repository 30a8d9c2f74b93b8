/**
 * Faults of the instrument itself, kept apart from what it says of the process: while one stands, the sensor's process
 * alerts are suppressed. Classed as NAMUR NE 107 classes the state of a device.
 */
import type { Alert } from "./alert.ts";
import type { Suppression } from "./suppression.ts";

export const INSTRUMENT_STATUSES = {
  failure: "The sensor gives no valid value (NE 107: failure).",
  function_check:
    "The sensor is being worked on, and what it gives counts for nothing meanwhile (NE 107: function check).",
  out_of_specification: "The sensor gives a value that is doubtful (NE 107: out of specification).",
  maintenance_required:
    "The sensor gives valid values, but has failed again and again: it may not for long (NE 107: maintenance required).",
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

/** Why what an instrument says counts for nothing meanwhile: it is worked on. */
const WORK: readonly Suppression[] = ["maintenance_window", "out_of_service"];

/** Whether an alert is about the instrument, and not about the process. */
export function isInstrumentFault(kind: string): boolean {
  return Object.hasOwn(INSTRUMENT_FAULTS, kind);
}

/** The class of an instrument fault; undefined for an alert of the process. */
export function instrumentStatus(
  { kind, suppressedBy }: Pick<Alert, "kind" | "suppressedBy">,
): InstrumentStatus | undefined {
  if (!isInstrumentFault(kind)) return undefined;
  // Whoever works on it makes it silent, or still.
  return WORK.some((reason) => suppressedBy.includes(reason)) ? "function_check" : INSTRUMENT_FAULTS[kind];
}

/** How an instrument is by now, and why in a sentence. */
export interface InstrumentState {
  readonly status: InstrumentStatus;
  readonly reason: string;
}

export interface InstrumentNow {
  /** Whether a maintenance window is open over it, or it is out of service. */
  readonly workedOn: boolean;
  /** Its faults that stand, and those that began within `FAULTS_LOOK_BACK_MS`. */
  readonly faults: readonly Pick<Alert, "kind" | "suppressedBy" | "endedAt">[];
}

/** Shorter than a day, so that what stops each night is not taken for what fails. */
export const FAULTS_LOOK_BACK_MS = 20 * 3_600_000;
/** A loose contact fails and returns; ISA-18.2 takes three times for more than chance. */
const FAULTS_MIN = 3;

/** Undefined: there is nothing to be said against it. */
export function instrumentState({ workedOn, faults }: InstrumentNow): InstrumentState | undefined {
  if (workedOn) return { status: "function_check", reason: "It is being worked on, or out of service." };
  const stands = (status: InstrumentStatus) =>
    faults.find((fault) => fault.endedAt === undefined && instrumentStatus(fault) === status);
  for (const status of ["failure", "out_of_specification"] as const) {
    const fault = stands(status);
    if (fault !== undefined) return { status, reason: `An alert stands: ${fault.kind}.` };
  }
  const ended = faults.filter((fault) => fault.endedAt !== undefined && instrumentStatus(fault) !== "function_check");
  if (ended.length < FAULTS_MIN) return undefined;
  const hours = FAULTS_LOOK_BACK_MS / 3_600_000;
  const kinds = [...new Set(ended.map(({ kind }) => kind))].sort().join(", ");
  return { status: "maintenance_required", reason: `It has failed ${ended.length} times in ${hours} hours: ${kinds}.` };
}
