/** Finding anything by its key, its name or its number. */
import { textFault } from "../src/domain/text.ts";
import { invalid } from "../src/operations/errors.ts";
import { builder } from "./builder.ts";
import { LOOKUP_COST } from "./cost.ts";
import { AlertRef, AssetRef, BatchRef, SensorRef } from "./nodes.ts";
import { firstArgs, firstOf } from "./page.ts";

const FOUND = { usually: 8, most: 50 };
const TEXT_LENGTH_MAX = 200;

interface FoundRows {
  readonly assets: (typeof AssetRef.$inferType)[];
  readonly sensors: (typeof SensorRef.$inferType)[];
  readonly batches: (typeof BatchRef.$inferType)[];
  readonly alerts: (typeof AlertRef.$inferType)[];
}

const multiplied = { complexity: { multiplier: FOUND.usually } };

const SearchResultRef = builder.objectRef<FoundRows>("SearchResult").implement({
  description: "What was found, by its kind.",
  fields: (t) => ({
    assets: t.expose("assets", { type: [AssetRef], ...multiplied, description: "By key or name." }),
    sensors: t.expose("sensors", { type: [SensorRef], ...multiplied, description: "By key or name." }),
    batches: t.expose("batches", { type: [BatchRef], description: "By number." }),
    alerts: t.expose("alerts", { type: [AlertRef], description: "By number." }),
  }),
});

builder.queryField("search", (t) =>
  t.field({
    access: "read",
    type: SearchResultRef,
    description:
      "Assets and sensors that have a text in their key or name, batches and alerts that have it as their number.",
    args: {
      text: t.arg.string({
        required: true,
        description: "What to look for, in capitals or not; at most 200 characters.",
      }),
      ...firstArgs(FOUND),
    },
    complexity: 4 * LOOKUP_COST,
    async resolve(_root, { text, first }, { scope, loaders }) {
      const fault = textFault(text, TEXT_LENGTH_MAX);
      if (fault !== undefined) throw invalid("text", `The text ${fault}.`);
      const found = await scope.store.looks.find(scope.tenant.id, text, firstOf(first, FOUND));
      const [assets, sensors, batches, alerts] = await Promise.all([
        Promise.all(found.assets.map((id) => loaders.assets.load(id))),
        Promise.all(found.sensors.map((id) => loaders.sensors.load(id))),
        Promise.all(found.batches.map((id) => loaders.batches.load(id))),
        Promise.all(found.alerts.map((id) => loaders.alerts.load(id))),
      ]);
      return { assets, sensors, batches, alerts };
    },
  }));
