/** A page of a list: at most `limit` rows with an id below `before`, newest first. */
export interface Page {
  readonly before?: number;
  readonly limit: number;
}

/**
 * The part of each parent's list that is asked for: at most `limit` rows, where the list has an order to go on in
 * behind `after`.
 */
export interface Part {
  readonly limit: number;
  readonly after?: number;
}
