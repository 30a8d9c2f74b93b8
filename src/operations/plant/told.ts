/** What people tell of a thing changes it; what they leave out stays, and null clears. */
export type Told<Value> = Value | null | undefined;

export function toldOr<Value>(told: Told<Value>, kept: Value | undefined): Value | undefined {
  return told === undefined ? kept : told ?? undefined;
}
