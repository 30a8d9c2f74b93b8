/** Texts that people give: names, units, reasons, notes. */

export const TEXT_LENGTH_MAX = 2_000;

// Control characters but tab and line breaks, unpaired surrogates, and marks that turn the direction of what follows.
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u;

/** Why nobody can have meant `text`, or undefined when it is fine. Lengths are in UTF-16 code units. */
export function textFault(text: string, lengthMax = TEXT_LENGTH_MAX): string | undefined {
  if (text.trim() === "") return "is empty";
  if (text.length > lengthMax) return `is ${text.length} characters long, ${lengthMax} at most`;
  if (FORBIDDEN.test(text)) return "holds a control character, an unpaired surrogate or a mark of direction";
  return undefined;
}
