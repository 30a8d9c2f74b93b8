/**
 * Why an alert is hidden without anybody having put it aside (ISA-18.2: suppressed by design, out of service). Several
 * may hold at once; it shows again when the last of them has gone.
 */

export const SUPPRESSIONS = {
  maintenance_window: "Its sensor or asset is being worked on: a maintenance window is open.",
  out_of_service: "Its sensor or asset, or an asset above, was taken out of service.",
  instrument_fault: "Its sensor itself is at fault, so what it says of the process counts for nothing.",
  parent_alert: "It belongs to an alert of its asset, which stands for it.",
  chattering: "It comes and goes too often: it is held, a member of the first one, and shows if it stays.",
} as const;
export type Suppression = keyof typeof SUPPRESSIONS;
