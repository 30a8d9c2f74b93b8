/** The numbers of rows that global ids carry. */

/** Of rows whose ids the store keeps in four bytes. */
export const SMALL_ID_MAX = 2 ** 31 - 1;

/** The number in `text`; 0, which no row has, when it is none that a row could have. */
export function rowId<Id extends number>(text: string, most = Number.MAX_SAFE_INTEGER): Id {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  return (id <= most ? id : 0) as Id;
}
