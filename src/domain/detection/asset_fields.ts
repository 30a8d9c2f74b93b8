/** What the numbers of an asset's settings are. */
import type { AssetStreamSettings } from "./asset_stream_state.ts";
import { type FieldsOf, number, readings, share } from "./field.ts";

export const ASSET_FIELDS: FieldsOf<AssetStreamSettings> = {
  warmUp: readings("Readings of a sensor that are learnt from before it is judged.", { min: 10, max: 100_000 }),
  window: readings("Rows in the mean that is judged: more find smaller shifts, later.", {
    unit: "rows",
    min: 1,
    max: 1_000,
  }),
  perBlock: readings("Rows in a block of the warm-up.", { unit: "rows", min: 2, max: 1_000 }),
  follow: share("How much of a departure a level follows: more forgets faster.", { unit: "share a row" }),
  gate: number("Departures beyond it are not followed.", { unit: "spreads", min: 0.001, max: 1_000 }),
  fade: share("How much of the largest recent departure fades.", { unit: "share a row" }),
  excursion: number("A departure under it is none to return from.", { unit: "spreads", min: 0.001, max: 1_000 }),
  release: number("How fast a score falls to the newest one: less keeps an alert up longer.", {
    unit: "share a row",
    min: 0.0001,
    max: 1,
  }),
  half: number("Strangeness at which the score is 0.5: more is calmer.", { min: 0.001, max: 1_000_000 }),
  gapIntervals: number("A longer pause empties the windows.", { unit: "usual intervals", min: 1, max: 1_000_000 }),
};
