/** How a sensor itself is. */
import type { InstrumentState } from "../../src/domain/alerting/instrument.ts";
import { builder } from "../builder.ts";
import { SensorRef } from "../nodes.ts";
import { InstrumentStatusEnum } from "./enums.ts";

const InstrumentStateRef = builder.objectRef<InstrumentState>("InstrumentState").implement({
  description: "How an instrument is by now, by the classes of NAMUR NE 107.",
  fields: (t) => ({
    status: t.expose("status", { type: InstrumentStatusEnum, description: "Its class." }),
    reason: t.exposeString("reason", { description: "Why, in a sentence." }),
  }),
});

builder.objectField(SensorRef, "instrument", (t) =>
  t.field({
    type: InstrumentStateRef,
    nullable: true,
    access: "read",
    description:
      "How the instrument itself is, apart from what it says of the process; null when nothing is against it.",
    resolve: async ({ id }, _args, { loaders }) => await loaders.instruments.load(id) ?? null,
  }));
