/** The schema: each noun's file adds its types and fields to the builder. */
import "./error_types.ts";
import "./plant/asset.ts";
import "./plant/sensor.ts";
import "./plant/reading.ts";
import "./intake/batch.ts";
import "./intake/ingest.ts";
import "./intake/recover.ts";
import "./alerting/alert.ts";
import "./history/reprocess.ts";
import "./history/retention.ts";
import { builder } from "./builder.ts";

export const schema = builder.toSchema();
