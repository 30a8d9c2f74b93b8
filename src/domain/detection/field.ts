/**
 * What a number or a switch of the settings is: its unit, what changing it does, and its bounds. The tables stand
 * beside the parameters that they describe; forms, checks and comparisons are made from them.
 */
import type { Span } from "./stats/span.ts";

export interface NumberField {
  readonly kind: "number";
  /** "" for a number without one. */
  readonly unit: string;
  /** What it does, and what more of it does, in a sentence. */
  readonly effect: string;
  /** Both inclusive. */
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** What it is where a detector is added and nobody says; undefined: it may be left out. */
  readonly usually: number | undefined;
}

export interface SwitchField {
  readonly kind: "switch";
  readonly effect: string;
}

export type Field = NumberField | SwitchField;

type FieldOf<Value> = Value extends number ? NumberField
  : Value extends boolean ? SwitchField
  : Value extends object ? FieldsOf<Value>
  : never;

/** A field for each number and switch of `T`: a parameter without one does not compile. */
export type FieldsOf<T> = { readonly [Name in keyof T]-?: FieldOf<NonNullable<T[Name]>> };

/** The same without knowing which. */
export interface Fields {
  readonly [name: string]: Field | Fields;
}

/** The usual values of fields that have one, as a tree. */
export function usualOf(fields: Fields): Record<string, unknown> {
  const usual: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(fields)) {
    if (!isField(entry)) usual[name] = usualOf(entry);
    else if (entry.kind === "number" && entry.usually !== undefined) usual[name] = entry.usually;
  }
  return usual;
}

export function isField(entry: Field | Fields): entry is Field {
  return typeof entry.kind === "string";
}

interface NumberOptions {
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly usually?: number;
}

export function number(effect: string, { unit = "", min, max, usually }: NumberOptions): NumberField {
  return { kind: "number", unit, effect, min, max, whole: false, usually };
}

/** A whole number of readings. */
export function readings(
  effect: string,
  { unit = "readings", min = 1, max = 1_000_000, usually }: Partial<NumberOptions>,
): NumberField {
  return { kind: "number", unit, effect, min, max, whole: true, usually };
}

/** From 0 to 1. */
export function share(effect: string, { unit = "", usually }: { unit?: string; usually?: number } = {}): NumberField {
  return { kind: "number", unit, effect, min: 0, max: 1, whole: false, usually };
}

interface SpanOptions {
  readonly hoursMax?: number;
  readonly leastMin?: number;
  readonly leastMax?: number;
  readonly usually?: Span;
}

const YEAR_HOURS = 366 * 24;

/** A stretch of data time, counted in readings at the sensor's usual rate. */
export function span(
  effect: string,
  { hoursMax = YEAR_HOURS, leastMin = 1, leastMax = 100_000, usually }: SpanOptions = {},
): FieldsOf<Span> {
  return {
    hours: number(effect, { unit: "hours of data time", min: 0, max: hoursMax, usually: usually?.hours }),
    least: readings("Readings that this is at least, however slow the sensor is.", {
      min: leastMin,
      max: leastMax,
      usually: usually?.least,
    }),
  };
}

/** Three weeks: at least two whole ones are in it at any time. */
export const WINDOW: Span = { hours: 21 * 24, least: 600 };

export function onOff(effect: string): SwitchField {
  return { kind: "switch", effect };
}
