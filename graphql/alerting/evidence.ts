/** The numbers behind an alert. */
import type { Contribution } from "../../src/domain/detection/episode.ts";
import type { AlertProof } from "../../src/ports/alerting/alert.ts";
import { builder } from "../builder.ts";
import { BatchRef } from "../nodes.ts";
import { AlertChangeEnum } from "./enums.ts";
import { rarityOrNull, RarityRef } from "./rarity.ts";

const FactRef = builder.objectRef<[string, number]>("Fact").implement({
  description: "A number that a detector judged by.",
  fields: (t) => ({
    name: t.string({ description: "What it is, by the detector's own name for it.", resolve: ([name]) => name }),
    value: t.float({ description: "The number.", resolve: ([, value]) => value }),
  }),
});

export const ContributionRef = builder.objectRef<Contribution>("Contribution").implement({
  description: "What one detector added to the score.",
  fields: (t) => ({
    detector: t.exposeString("detector", { description: "Name of the detector." }),
    score: t.exposeFloat("score", { description: "Its score, 0 to 1." }),
    facts: t.field({
      type: [FactRef],
      description: "What it judged by.",
      complexity: { multiplier: 4 },
      resolve: ({ facts }) => Object.entries(facts).filter(([, value]) => Number.isFinite(value)),
    }),
  }),
});

export const EvidenceRef = builder.objectRef<AlertProof>("AlertEvidence").implement({
  description: "The numbers behind a change of an alert.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Data time of the reading." }),
    change: t.expose("change", { type: AlertChangeEnum, description: "What it did to the alert." }),
    value: t.float({
      description: "Value of the reading; of an asset's row, the largest departure of a sensor, in spreads.",
      resolve: ({ evidence }) => evidence.value,
    }),
    score: t.float({ description: "Score of the reading, 0 to 1.", resolve: ({ evidence }) => evidence.score }),
    threshold: t.float({
      description: "Score from which a reading is an anomaly.",
      resolve: ({ evidence }) => evidence.threshold,
    }),
    contributions: t.field({
      type: [ContributionRef],
      description: "What each detector added to the score.",
      complexity: { multiplier: 6 },
      resolve: ({ evidence }) => evidence.contributions,
    }),
    missing: t.stringList({
      description: "Detectors that gave no score.",
      resolve: ({ evidence }) => evidence.missing,
    }),
    rarity: t.field({
      type: RarityRef,
      nullable: true,
      description: "How rare the reading is; null where a fact was judged, such as a flatline.",
      resolve: ({ evidence }) => rarityOrNull(evidence),
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch that the reading came with.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
  }),
});
