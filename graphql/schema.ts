/** The schema: each noun's file adds its types and fields to the builder. */
import "./scalars.ts";
import "./error_types.ts";
import "./access/tenant.ts";
import "./access/key.ts";
import "./access/audit.ts";
import "./plant/asset.ts";
import "./plant/sensor.ts";
import "./plant/reading.ts";
import "./plant/revision.ts";
import "./plant/retire.ts";
import "./intake/batch.ts";
import "./intake/ingest.ts";
import "./intake/recover.ts";
import "./alerting/alert.ts";
import "./alerting/act.ts";
import "./alerting/alert_events.ts";
import "./alerting/flood.ts";
import "./alerting/policy.ts";
import "./alerting/window.ts";
import "./history/reprocess.ts";
import "./history/retention.ts";
import { audited } from "./audited.ts";
import { builder } from "./builder.ts";
import { acceptOtherValues } from "./other_values.ts";

export const schema = audited(acceptOtherValues(builder.toSchema()));
