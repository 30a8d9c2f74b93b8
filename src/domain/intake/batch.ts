/**
 * A batch is what a source sends under one idempotency key: readings as parallel columns. This file knows the way of a
 * batch and the text it is kept in until its readings are judged (verdict.ts).
 */
import type { TenantId } from "../access/tenant.ts";

export type BatchId = number & { readonly noun: "batch" };
export type SourceId = number & { readonly noun: "source" };

export const READINGS_PER_BATCH_MAX = 10_000;

/** The stages in the order in which a batch goes through them. */
export const STAGES = ["ingest", "validate", "enrich", "detect"] as const;
export type Stage = (typeof STAGES)[number];

/** Where a batch is: accepted, then the last stage that it passed, in the end processed or failed. */
export const BATCH_STATES = {
  accepted: "It is safe, and waits to be worked on.",
  ingested: "Its sensors are found or registered.",
  validated: "Each of its readings has a verdict.",
  enriched: "What is known of its sensors is added; it waits for its turn in its source.",
  processed: "Its readings are stored and judged, in quarantine, or known as duplicates.",
  failed: "Nothing of it is stored; its failure says why. It can be retried.",
} as const;
export type BatchState = keyof typeof BATCH_STATES;

/** What can happen to a batch: it passes a stage, is given up, or is taken up again from its beginning. */
export const BATCH_CHANGES = [...STAGES, "fail", "retry"] as const;
export type BatchChange = (typeof BATCH_CHANGES)[number];

/** The state that each change leads to; what is not in the table cannot happen, however late it comes. */
export const BATCH_TRANSITIONS: Readonly<Record<BatchState, Readonly<Partial<Record<BatchChange, BatchState>>>>> = {
  accepted: { ingest: "ingested", fail: "failed" },
  ingested: { validate: "validated", fail: "failed" },
  validated: { enrich: "enriched", fail: "failed" },
  enriched: { detect: "processed", fail: "failed" },
  processed: {},
  failed: { retry: "accepted" },
};

/** The states from which `change` can happen, and the state that it leads to. */
export function transitionOf(change: BatchChange): { readonly from: readonly BatchState[]; readonly to: BatchState } {
  const states = Object.keys(BATCH_STATES) as BatchState[];
  const from = states.filter((state) => BATCH_TRANSITIONS[state][change] !== undefined);
  return { from, to: BATCH_TRANSITIONS[from[0]][change]! };
}

/** Whether a batch in this state has come to its end. */
export function hasEnded(state: BatchState): boolean {
  return state === "processed" || state === "failed";
}

/** How a batch ended, for whoever waits for it. */
export type BatchOutcome =
  | { readonly state: "processed"; readonly result: object }
  | { readonly state: "failed"; readonly reason: string };

/**
 * What became of a batch's readings: `stored + corrected + quarantined + duplicates` is the number of its readings
 * once it is processed.
 */
export interface BatchCounts {
  readonly stored: number;
  readonly quarantined: number;
  /** Readings that were stored already, with the same value. */
  readonly duplicates: number;
  /** Readings that replaced a stored one with another value: it is kept as a revision. */
  readonly corrected: number;
  /** Of the stored ones, those behind their sensor's watermark: not judged until they are reprocessed. */
  readonly late: number;
  readonly alertsOpened: number;
}

export interface Batch extends BatchCounts {
  readonly id: BatchId;
  readonly tenantId: TenantId;
  readonly sourceId: SourceId;
  readonly source: string;
  readonly position: number;
  readonly idempotencyKey: string;
  readonly readings: number;
  readonly receivedAt: number;
  readonly state: BatchState;
  /** Why the batch failed, for people. */
  readonly failure: string | undefined;
  /** Attempts at its stages that ended in a fault that nobody foresaw; an absent store is none. */
  readonly faults: number;
  readonly finishedAt: number | undefined;
}

/**
 * Readings as they were sent. All row columns have the same length; nothing about the values in them has been checked.
 */
export interface Columns {
  /** Sensor keys that the rows refer to. */
  readonly sensors: readonly unknown[];
  /** Per entry of `sensors`: UCUM code of the unit that its values are sent in; left out or null: the sensor's own. */
  readonly units?: readonly unknown[];
  /** Per row: place in `sensors`. */
  readonly sensor: readonly unknown[];
  /** Per row: RFC 3339 text with a zone, or milliseconds since 1970. */
  readonly time: readonly unknown[];
  readonly value: readonly unknown[];
  /** Per row: OPC UA status code; left out when all are good. */
  readonly status?: readonly unknown[];
  /** The readings correct what is stored: they replace other values for their sensors and times. */
  readonly correction?: boolean;
}

/** What makes `columns` no batch at all, or undefined. What is wrong with single readings is judged later. */
export function columnsFault(columns: Columns): string | undefined {
  const rows = columns.time.length;
  if (rows === 0) return "holds no readings";
  if (rows > READINGS_PER_BATCH_MAX) return `holds ${rows} readings, ${READINGS_PER_BATCH_MAX} at most`;
  if (columns.sensors.length > rows) return `names ${columns.sensors.length} sensors for ${rows} readings`;
  if (columns.units !== undefined && columns.units.length !== columns.sensors.length) {
    return `has ${columns.sensors.length} entries in "sensors" but ${columns.units.length} in "units"`;
  }
  for (const name of ["sensor", "value", "status"] as const) {
    const column = columns[name];
    if (column !== undefined && column.length !== rows) {
      return `has ${rows} entries in "time" but ${column.length} in "${name}"`;
    }
  }
  return undefined;
}

/**
 * The text that a batch is kept in. Numbers that JSON does not know are kept as their names, so that quarantine can
 * show what was sent.
 */
export function encodeColumns(columns: Columns): string {
  const value = columns.value.some(isNonFinite)
    ? columns.value.map((v) => (isNonFinite(v) ? String(v) : v))
    : columns.value;
  return JSON.stringify({ ...columns, value });
}

/** The columns in `text`, as `encodeColumns` wrote it. */
export function decodeColumns(text: string): Columns {
  return JSON.parse(text) as Columns;
}

function isNonFinite(value: unknown): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}
