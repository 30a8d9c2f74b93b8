/** The part of @lhncbc/ucum-lhc that is used; the package has no types of its own. */
declare module "@lhncbc/ucum-lhc" {
  interface UcumLhcUtils {
    validateUnitString(code: string, suggest: boolean): {
      readonly status: "valid" | "invalid" | "error";
      readonly suggestions?: readonly { readonly units: readonly (readonly [code: string, name: string, unknown])[] }[];
    };
    convertUnitTo(from: string, value: number, to: string): {
      readonly status: "succeeded" | "failed" | "error";
      readonly toVal: number | null;
    };
  }
  export const UcumLhcUtils: { getInstance(): UcumLhcUtils };
}
