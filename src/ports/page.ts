/** A page of a list: at most `limit` rows with an id below `before`, newest first. */
export interface Page {
  readonly before?: number;
  readonly limit: number;
}
