/**
 * What a number or a switch of the settings is: its unit, what changing it does, and its bounds. The tables stand
 * beside the parameters that they describe; forms, checks and comparisons are made from them.
 */

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

export function onOff(effect: string): SwitchField {
  return { kind: "switch", effect };
}
