/// <reference path="./ucum_lhc.d.ts" />
/** Units by the reference implementation of UCUM in JavaScript. */
import { UcumLhcUtils } from "@lhncbc/ucum-lhc";
import type { Units } from "../ports/plant/unit.ts";

/** Digits that survive a conversion: 68 degrees Fahrenheit are 20 degrees Celsius, and not 20.000000000000057. */
const DIGITS = 12;
/** Far enough apart that the differences of a linear conversion keep their digits. */
const PROBE = 1e6;

export function createUnits(): Units {
  const utils = UcumLhcUtils.getInstance();
  const faults = new Map<string, string | undefined>();
  const converters = new Map<string, ((value: number) => number) | undefined>();

  function fault(code: string): string | undefined {
    const { status, suggestions } = utils.validateUnitString(code, true);
    if (status === "valid") return undefined;
    const meant = (suggestions ?? []).flatMap(({ units }) => units).slice(0, 3).map(([code, name]) =>
      `${code} (${name})`
    );
    const hint = meant.length > 0 ? `; perhaps ${meant.join(", ")}` : ", for example Cel, bar, mm/s, A, Hz, /min";
    return `${JSON.stringify(code.slice(0, 40))} is not a UCUM code${hint}`;
  }

  function converter(from: string, to: string): ((value: number) => number) | undefined {
    const convert = (value: number) => utils.convertUnitTo(from, value, to).toVal;
    const [zero, half, one] = [convert(0), convert(PROBE / 2), convert(PROBE)];
    if (one === null) return undefined;
    const rounded = (value: number) => Number(value.toPrecision(DIGITS));
    if (zero !== null && half !== null && Math.abs(zero + one - 2 * half) <= 1e-9 * Math.abs(one)) {
      const slope = (one - zero) / PROBE;
      return (value) => rounded(value * slope + zero);
    }
    // Levels and the like are logarithms.
    return (value) => rounded(convert(value) ?? NaN);
  }

  return {
    fault: (code) => remembered(faults, code, () => fault(code)),
    converter: (from, to) => remembered(converters, `${from} ${to}`, () => converter(from, to)),
  };
}

/** Codes come from outside: what is remembered of them is bounded. */
const REMEMBERED_MAX = 1_000;

function remembered<Value>(memory: Map<string, Value>, key: string, make: () => Value): Value {
  if (memory.has(key)) return memory.get(key)!;
  if (memory.size >= REMEMBERED_MAX) memory.clear();
  const value = make();
  memory.set(key, value);
  return value;
}
