import type { RarityNow } from "../../src/domain/detection/episode.ts";
import { type Rarity, type RarityPart, rarityWords } from "../../src/domain/detection/rarity.ts";
import { builder } from "../builder.ts";

const RarityPartRef = builder.objectRef<RarityPart>("RarityPart").implement({
  description: "What one detector adds to a rarity.",
  fields: (t) => ({
    detector: t.exposeString("detector", { description: "Name of the detector." }),
    excess: t.exposeFloat("excess", {
      description:
        "How far the reading is outside what is usual, in widths of the usual range; of drift and of assets in the detector's " +
        "own measure.",
    }),
    rarity: t.exposeFloat("rarity", {
      description:
        "The excess over the one that a healthy sensor (or asset) reaches once in a hundred sensor-days (or asset-days); of " +
        "drift over four times that.",
    }),
  }),
});

export const RarityRef = builder.objectRef<Rarity & Partial<Pick<RarityNow, "line">>>("Rarity").implement({
  description:
    "How unusual a reading is, on one scale for all sensors and assets: the sum of its parts. It has no upper end; " +
    "from 20 on an alert is announced whatever the alarm budget.",
  fields: (t) => ({
    value: t.exposeFloat("value", { description: "The sum of the parts." }),
    parts: t.expose("parts", {
      type: [RarityPartRef],
      description: "What each detector adds, the largest first.",
      complexity: { multiplier: 4 },
    }),
    onceInDays: t.exposeFloat("onceInDays", {
      description:
        "As rare as once in so many sensor-days (288 readings each; of drift days) for a healthy sensor of this age; of an " +
        "asset in so many asset-days (288 rows each).",
    }),
    inWords: t.string({
      description: 'In words, for example "as rare as once in 40 sensor-days here".',
      resolve: (rarity) => rarityWords(rarity),
    }),
    line: t.float({
      nullable: true,
      description:
        "The line of the alarm budget that it was announced by, or is kept below: 0: everything is announced. " +
        "Null for the rarity of a single reading.",
      resolve: ({ line }) => line,
    }),
  }),
});

/** Null for what has no rarity: facts, and what is from earlier releases. */
export function rarityOrNull({ rarity, line }: Partial<RarityNow>): (Rarity & { line?: number }) | null {
  return rarity === undefined ? null : { ...rarity, line };
}
