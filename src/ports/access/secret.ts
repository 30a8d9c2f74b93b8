/** What keys are made of and known by. */
export interface Secrets {
  /** Bytes that nobody can foresee. */
  random(bytes: number): Uint8Array;
  /** SHA-256 in hex: enough for texts that were drawn at random. */
  hash(text: string): string;
}
