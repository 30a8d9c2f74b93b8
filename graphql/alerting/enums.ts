/** The words of alerts. */
import { ALERT_CHANGES, ALERT_STATES } from "../../src/domain/alerting/alert.ts";
import { INSTRUMENT_STATUSES } from "../../src/domain/alerting/instrument.ts";
import { SUPPRESSIONS } from "../../src/domain/alerting/suppression.ts";
import { SEVERITY_MEANINGS } from "../../src/domain/detection/severity.ts";
import { builder, enumValues } from "../builder.ts";

export const SeverityEnum = builder.enumType("Severity", {
  description: "Ordered urgency, from score, persistence and the asset's criticality.",
  values: enumValues(SEVERITY_MEANINGS),
});
export const AlertStateEnum = builder.enumType("AlertState", {
  description: "ISA-18.2: whether the condition stands, and whether a person has seen it.",
  values: enumValues(ALERT_STATES),
});
export const AlertChangeEnum = builder.enumType("AlertChange", {
  description: "What happens to an alert: by its episode, by people, by windows and faults.",
  values: enumValues(ALERT_CHANGES),
});
export const InstrumentStatusEnum = builder.enumType("InstrumentStatus", {
  description: "How an instrument is, by the classes of NAMUR NE 107.",
  values: enumValues(INSTRUMENT_STATUSES),
});
export const AlertSuppressionEnum = builder.enumType("AlertSuppression", {
  description:
    "Why an alert is hidden without anybody having shelved it. It shows again when the last reason has gone.",
  values: enumValues(SUPPRESSIONS),
});

export const KIND =
  "What sort of episode it is: `anomaly` for a sensor's ensemble of detectors, `asset_anomaly` for an asset's, otherwise the name of a watch, " +
  "such as `flatline`; `silence` when nothing comes, `bad_quality` when nothing usable does.";
