/** The quality of a reading: the severity bits of an OPC UA status code (OPC UA Part 4, 7.39: bits 30 and 31). */

export type Quality = "good" | "uncertain" | "bad";

/** The status code of a reading that says nothing about its quality. */
export const STATUS_GOOD = 0;

/** The quality that a 32-bit OPC UA status code stands for. */
export function qualityOf(statusCode: number): Quality {
  switch (statusCode >>> 30) {
    case 0:
      return "good";
    case 1:
      return "uncertain";
    default:
      return "bad";
  }
}
