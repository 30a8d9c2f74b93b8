/** What the worker can run. */
export { ingestBatch } from "./intake/ingest_batch.ts";
export { reprocessRange } from "./history/reprocess_range.ts";
export { applyRetention } from "./history/apply_retention.ts";
export { followAlert } from "./alerting/follow_alert.ts";
export { reportAlarms } from "./alerting/report_alarms.ts";
