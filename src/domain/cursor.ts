/**
 * A cursor is a place in a tenant's event log. It is opaque to clients, so that its meaning can change without breaking
 * them.
 */

/** The cursor of the event with number `seq`; 0 stands before the first one. */
export function encodeCursor(seq: number): string {
  return btoa(`event:${seq}`);
}

/** The number in `cursor`, or undefined when this text was never a cursor. */
export function decodeCursor(cursor: string): number | undefined {
  let text: string;
  try {
    text = atob(cursor);
  } catch {
    // Not base64: the one thing that atob throws for.
    return undefined;
  }
  const match = /^event:(0|[1-9]\d{0,14})$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
