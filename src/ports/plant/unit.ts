/** Units of measurement, by their UCUM codes. */
export interface Units {
  /** Why `code` is no unit, for people, with what may have been meant; undefined when it is one. */
  fault(code: string): string | undefined;
  /**
   * Converts values from one unit into another; undefined when they do not measure the same. Throws for a code that is
   * none.
   */
  converter(from: string, to: string): ((value: number) => number) | undefined;
}
