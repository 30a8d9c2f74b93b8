import {
  type DetectorScores,
  FOLDED_MAX,
  readScores,
  type Scores,
  type ScoresBy,
} from "../../src/operations/detection/read_scores.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { keyArg } from "../keys.ts";
import { WIDTH } from "../plant/trend.ts";

const DetectorScoresRef = builder.objectRef<DetectorScores>("DetectorScores").implement({
  description: "What one detector said over a range.",
  fields: (t) => ({
    detector: t.exposeString("detector", { description: "Its name." }),
    weight: t.exposeFloat("weight", { description: "How much it counts in the ensemble, 0 to 1." }),
    scores: t.expose("scores", {
      type: "NumberColumn",
      description: "Per time, its highest score, 0 to 1; null where it gave none.",
    }),
  }),
});

const ScoresByRef = builder.objectRef<ScoresBy>("ScoresBy").implement({
  description: "The settings that a sensor was judged by from a time on.",
  fields: (t) => ({
    from: t.expose("from", { type: "DateTime", description: "Data time in the range." }),
    name: t.exposeString("name", { description: "As `judgedBy` of the sensor has it." }),
    threshold: t.exposeFloat("threshold", { description: "Score from which a reading is an anomaly." }),
  }),
});

const ScoresRef = builder.objectRef<Scores>("Scores").implement({
  description: "How unusual the readings of a sensor were over a range, told again from what is stored.",
  fields: (t) => ({
    complete: t.exposeBoolean("complete", {
      description: `False: more than ${
        FOLDED_MAX.toLocaleString("en")
      } readings would have to be judged again, so there are none.`,
    }),
    exact: t.exposeBoolean("exact", {
      description: "True: told from the sensor's first reading on, so these are the scores that it was judged by.",
    }),
    threshold: t.exposeFloat("threshold", {
      description: "Score from which a reading is an anomaly, by the newest settings of the range.",
    }),
    judgedBy: t.expose("judgedBy", {
      type: [ScoresByRef],
      description: "The settings behind the scores, the oldest first: those that judged the sensor at each data time.",
    }),
    times: t.expose("times", {
      type: "NumberColumn",
      description: "Beginnings of the stretches, in milliseconds since 1970.",
    }),
    scores: t.expose("scores", { type: "NumberColumn", description: "Per time, the highest score, 0 to 1." }),
    detectors: t.expose("detectors", {
      type: [DetectorScoresRef],
      complexity: { multiplier: 8 },
      description: "The same for each detector.",
    }),
  }),
});

builder.queryField("scores", (t) =>
  t.field({
    access: "read",
    type: ScoresRef,
    description: "How unusual the readings of a sensor were over a range.",
    complexity: 5 * LOOKUP_COST,
    args: {
      sensor: t.arg.string({ required: true, description: "Key of the sensor." }),
      from: t.arg({ type: "DateTime", required: true, description: "Data time, inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Data time, exclusive." }),
      width: t.arg.int(WIDTH),
    },
    resolve: (_root, { sensor, from, to, width }, { scope }) =>
      readScores(scope, { sensorKey: keyArg("sensor", sensor), from, to, width }),
  }));
