/** The schema: each noun's file adds its types and fields to the builder. */
import "./error_types.ts";
import "./asset.ts";
import "./sensor.ts";
import "./reading.ts";
import "./batch.ts";
import "./alert.ts";
import "./reprocessing.ts";
import { builder } from "./builder.ts";

export const schema = builder.toSchema();
