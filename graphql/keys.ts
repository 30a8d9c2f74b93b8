import { keyFault } from "../src/domain/key.ts";
import { invalid } from "../src/operations/errors.ts";

/**
 * A key as the argument `field` of a query. Throws invalid for text that is the key of nothing, and that no store could
 * look for.
 */
export function keyArg(field: string, key: string): string {
  const fault = keyFault(key);
  if (fault !== undefined) throw invalid(field, `${JSON.stringify(key.slice(0, 80))} is no key: it ${fault}.`);
  return key;
}
