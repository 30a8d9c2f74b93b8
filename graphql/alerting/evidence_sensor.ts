/** Which of an asset's sensors an evidence is about. */
import type { Evidence } from "../../src/domain/detection/episode.ts";
import { builder } from "../builder.ts";
import { SensorRef } from "../nodes.ts";
import { EvidenceRef } from "./evidence.ts";

type EvidenceSensor = NonNullable<Evidence["sensors"]>[number];

const EvidenceSensorRef = builder.objectRef<EvidenceSensor>("EvidenceSensor").implement({
  description: "A sensor's share in the score of its asset.",
  fields: (t) => ({
    share: t.exposeFloat("share", { description: "Its share, 0 to 1." }),
    sensor: t.field({
      type: SensorRef,
      description: "The sensor.",
      resolve: ({ sensorId }, _args, { loaders }) => loaders.sensors.load(sensorId),
    }),
  }),
});

builder.objectFields(EvidenceRef, (t) => ({
  sensors: t.field({
    type: [EvidenceSensorRef],
    description: "Of an asset: the sensors that it was, the largest share first; otherwise none.",
    complexity: { multiplier: 8 },
    resolve: ({ evidence }) => evidence.sensors ?? [],
  }),
}));
