/** Keys are the names that people and machines give to things: sensors, assets, sources, batches. */

export const KEY_LENGTH_MAX = 200;

// Control and format characters (bidirectional marks among them), unpaired surrogates, and white space at either end:
// keys that look alike and are not, or that no log shows.
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$/u;

/**
 * Why `key` cannot name anything, or undefined when it can. Any script is welcome; lengths are in UTF-16 code units.
 */
export function keyFault(key: string): string | undefined {
  if (key.length === 0) return "is empty";
  if (key.length > KEY_LENGTH_MAX) return `is ${key.length} characters long, ${KEY_LENGTH_MAX} at most`;
  if (FORBIDDEN.test(key)) return "holds a control character, an unpaired surrogate, or white space at an end";
  return undefined;
}
