/** How an asset is judged as one, and the scores of its rows. */
import type { AssetScore } from "../../src/ports/detection/asset_state.ts";
import { type AssetDetection, readAssetScores } from "../../src/operations/detection/read_asset_detection.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { AssetRef, SensorRef } from "../nodes.ts";
import { firstArgs, firstOf } from "../page.ts";
import { LateRef } from "../plant/sensor.ts";

const SCORES = { usually: 1_000, most: 10_000 };

/** A long plain list is cheaper by the value than rows that lead to others. */
const complexity = 0.25;

const AssetScoreRef = builder.objectRef<AssetScore>("AssetScore").implement({
  description: "Score of one row of an asset.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", complexity, description: "Data time at which the row begins." }),
    score: t.exposeFloat("score", {
      complexity,
      description: "How unusual the row is, 0 to 1; from 0.5 on it is an anomaly.",
    }),
  }),
});

const AssetDetectionRef = builder.objectRef<AssetDetection>("AssetDetection").implement({
  description: "How an asset is judged by all its own sensors together: in rows, each with a value of every sensor.",
  fields: (t) => ({
    judges: t.exposeBoolean("judges", { description: "Whether its rows are judged." }),
    note: t.exposeString("note", {
      description: "What is going on, in words: what it learns, or why it is not judged.",
    }),
    rows: t.exposeFloat("rows", { description: "Rows since it began to learn." }),
    rowsLeft: t.exposeFloat("rowsLeft", { description: "Rows that it has yet to learn from before it is judged." }),
    rowLength: t.expose("binMs", {
      type: "Duration",
      nullable: true,
      description:
        "How long a row is: the interval of its fastest sensor, given or learnt; null while that is not known.",
    }),
    wait: t.expose("waitMs", {
      type: "Duration",
      description: "How far ahead another sensor has to be before rows are closed without one that is behind.",
    }),
    watermark: t.expose("watermark", {
      type: "DateTime",
      nullable: true,
      description: "Data time before which all rows are closed; null before the first.",
    }),
    modes: t.exposeInt("modes", { description: "Operating modes that are told apart; 0: one, or not known yet." }),
    sensors: t.field({
      type: [SensorRef],
      description: "What its rows hold: its own sensors in use.",
      complexity: { multiplier: 8 },
      resolve: ({ sensors }, _args, { loaders }) => Promise.all(sensors.map(({ id }) => loaders.sensors.load(id))),
    }),
    waitsFor: t.field({
      type: [SensorRef],
      description: "Sensors that are behind others, and that rows are kept open for as long as `wait` says.",
      complexity: { multiplier: 2 },
      resolve: ({ waitsFor }, _args, { loaders }) => Promise.all(waitsFor.map(({ id }) => loaders.sensors.load(id))),
    }),
    late: t.field({
      type: LateRef,
      description:
        "Readings that came for closed rows: stored, not in these rows, and judged when the asset is reprocessed.",
      resolve: (detection) => detection,
    }),
    scores: t.field({
      type: [AssetScoreRef],
      description: "Scores of its latest rows (50,000 are kept), in time order; rows without a reading have none.",
      args: {
        from: t.arg({ type: "DateTime", required: true, description: "Inclusive." }),
        to: t.arg({ type: "DateTime", required: true, description: "Exclusive." }),
        ...firstArgs(SCORES),
      },
      complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? SCORES.usually }),
      resolve: ({ assetId }, { from, to, first }, { scope }) =>
        readAssetScores(scope, { assetId, from, to, limit: firstOf(first, SCORES) }),
    }),
  }),
});

builder.objectField(AssetRef, "detection", (t) =>
  t.field({
    type: AssetDetectionRef,
    description: "How it is judged by all its own sensors together.",
    complexity: 50,
    resolve: ({ id }, _args, { loaders }) => loaders.assetDetections.load(id),
  }));
