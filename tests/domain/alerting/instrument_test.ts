/** How an instrument is, by NAMUR NE 107: each line is what is known of it. */
import assert from "node:assert/strict";
import {
  type InstrumentNow,
  instrumentState,
  type InstrumentStatus,
  instrumentStatus,
} from "../../../src/domain/alerting/instrument.ts";
import type { Suppression } from "../../../src/domain/alerting/suppression.ts";

const fault = (kind: string, endedAt?: number, ...suppressedBy: Suppression[]) => ({ kind, endedAt, suppressedBy });
const IN_WORK = "maintenance_window";

const TABLE: readonly [string, Partial<InstrumentNow>, InstrumentStatus | undefined][] = [
  ["nothing is known against it", {}, undefined],
  ["what it says of the process is not about it", { faults: [fault("anomaly"), fault("limit")] }, undefined],
  ["nothing comes", { faults: [fault("silence")] }, "failure"],
  ["it says itself that its value is not to be used", { faults: [fault("bad_quality")] }, "failure"],
  ["its value stands still", { faults: [fault("flatline")] }, "out_of_specification"],
  ["the worst counts", { faults: [fault("flatline"), fault("silence")] }, "failure"],
  ["it is worked on", { workedOn: true }, "function_check"],
  ["it is worked on, which is why nothing comes", { workedOn: true, faults: [fault("silence")] }, "function_check"],
  ["it failed twice", { faults: [fault("silence", 1), fault("silence", 2)] }, undefined],
  [
    "it failed three times, and works",
    { faults: [fault("silence", 1), fault("bad_quality", 2), fault("flatline", 3)] },
    "maintenance_required",
  ],
  ["it failed three times, and does now", {
    faults: [fault("silence", 1), fault("silence", 2), fault("silence", 3), fault("silence")],
  }, "failure"],
  [
    "what came of work on it is no failure",
    { faults: [fault("silence", 1, IN_WORK), fault("silence", 2), fault("silence", 3)] },
    undefined,
  ],
];

for (const [name, now, status] of TABLE) {
  Deno.test(`${name}: ${status ?? "good"}`, () => {
    const state = instrumentState({ workedOn: false, faults: [], ...now });
    assert.equal(state?.status, status);
    if (state !== undefined) assert.match(state.reason, /^[A-Z].*\.$/);
  });
}

Deno.test("an alert about an instrument that is worked on is a function check, and one of the process never has a class", () => {
  assert.equal(instrumentStatus(fault("silence", undefined, IN_WORK)), "function_check");
  assert.equal(instrumentStatus(fault("flatline", undefined, "out_of_service")), "function_check");
  assert.equal(instrumentStatus(fault("silence", undefined, "chattering")), "failure");
  assert.equal(instrumentStatus(fault("anomaly", undefined, IN_WORK)), undefined);
});
