/** The schema: each noun's file adds its types and fields to the builder. */
import "./scalars.ts";
import "./error_types.ts";
import "./access/tenant.ts";
import "./plant/asset.ts";
import "./plant/sensor.ts";
import "./plant/reading.ts";
import "./plant/revision.ts";
import "./plant/retire.ts";
import "./intake/batch.ts";
import "./intake/ingest.ts";
import "./intake/recover.ts";
import "./alerting/alert.ts";
import "./alerting/channel.ts";
import "./alerting/notification.ts";
import "./alerting/route.ts";
import "./alerting/route_preview.ts";
import "./alerting/timer.ts";
import "./alerting/act.ts";
import "./alerting/alert_events.ts";
import "./alerting/policy.ts";
import "./alerting/window.ts";
import "./history/reprocess.ts";
import "./history/retention.ts";
import { builder } from "./builder.ts";
import { acceptOtherValues } from "./other_values.ts";

export const schema = acceptOtherValues(builder.toSchema());
