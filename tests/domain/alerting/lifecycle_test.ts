/** The table of an alert's life, as a domain expert reads it, and that nothing ever leaves it. */
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type Alert,
  ALERT_STATES,
  type AlertChange,
  type AlertId,
  type AlertState,
  isHidden,
  UNHANDLED,
} from "../../../src/domain/alerting/alert.ts";
import {
  act,
  type Action,
  type EpisodeAct,
  legalFrom,
  LIFECYCLE,
  stateAfter,
} from "../../../src/domain/alerting/lifecycle.ts";
import { SUPPRESSIONS } from "../../../src/domain/alerting/suppression.ts";
import type { BatchId } from "../../../src/domain/intake/batch.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const T0 = Date.UTC(2024, 0, 1);
const ALERT: Alert = {
  ...UNHANDLED,
  id: 1 as AlertId,
  sensorId: 1 as SensorId,
  kind: "anomaly",
  episodeStart: T0,
  openedAt: T0,
  endedAt: undefined,
  severity: "LOW",
  state: "unacknowledged",
  score: 0.5,
  reason: "r",
  batchId: 1 as BatchId,
  settingsId: undefined,
};
const STATES = Object.keys(ALERT_STATES) as AlertState[];
const SHELF = { until: T0 + 3_600_000, by: "ann", reason: "a known leak" };

/** Per change: what each state becomes, for alerts that latch behind the stroke; `-`: illegal, `.`: nothing to do. */
const TABLE = `
                unacknowledged          acknowledged       returned_unacknowledged  latched                  normal
  raised        unacknowledged          acknowledged       -                        -                        -
  closed        returned_unacknowledged normal/latched     -                        -                        -
  accepted      normal/latched          normal/latched     -                        -                        -
  acknowledged  acknowledged            .                  normal/latched           .                        .
  unacknowledged .                      unacknowledged     .                        returned_unacknowledged  returned_unacknowledged
  reset         -                       -                  -                        normal                   .
  shelved       unacknowledged          acknowledged       returned_unacknowledged  latched                  -
  unshelved     unacknowledged          acknowledged       returned_unacknowledged  latched                  normal
  assigned      unacknowledged          acknowledged       returned_unacknowledged  latched                  normal
  commented     unacknowledged          acknowledged       returned_unacknowledged  latched                  normal
  suppressed    unacknowledged          acknowledged       returned_unacknowledged  latched                  -
  released      unacknowledged          acknowledged       returned_unacknowledged  latched                  normal
`;

const ACTIONS: Readonly<Record<string, Action>> = {
  acknowledged: { change: "acknowledged" },
  unacknowledged: { change: "unacknowledged" },
  reset: { change: "reset" },
  shelved: { change: "shelved", shelf: SHELF },
  unshelved: { change: "unshelved" },
  assigned: { change: "assigned", assignee: "bob" },
  commented: { change: "commented", note: "seen" },
  suppressed: { change: "suppressed", suppression: "maintenance_window" },
  released: { change: "released", suppression: "instrument_fault" },
};

/** An alert to which every action means something. */
const handled = (state: AlertState, latching: boolean): Alert => ({
  ...ALERT,
  state,
  latching,
  shelf: { ...SHELF, reason: "another" },
  suppressedBy: ["instrument_fault"],
});

function outcomeOf(change: string, { state, latching }: { state: AlertState; latching: boolean }): string {
  const action = ACTIONS[change];
  if (action === undefined) {
    const to = new Map(stateAfter(change as EpisodeAct, latching)).get(state);
    return to ?? "-";
  }
  const outcome = act(handled(state, latching), action);
  if (outcome.kind === "illegal") return "-";
  return outcome.kind === "unchanged" ? "." : outcome.alert.state;
}

Deno.test("each change takes each state where the table says", async (t) => {
  const [columns, ...rows] = TABLE.trim().split("\n").map((line) => line.trim().split(/\s+/));
  assert.deepEqual(columns, STATES);
  const changes = new Set<AlertChange>(LIFECYCLE.map(({ change }) => change));
  assert.deepEqual(new Set(rows.map(([change]) => change)), changes);
  for (const [change, ...cells] of rows) {
    await t.step(change, () => {
      const expected = cells.map((cell) => [cell.split("/")[0], cell.split("/").at(-1)]);
      const found = STATES.map((state) => [false, true].map((latching) => outcomeOf(change, { state, latching })));
      assert.deepEqual(found, expected);
    });
  }
});

Deno.test("no state has two rows for one change", () => {
  for (const latching of [false, true]) {
    const pairs = LIFECYCLE.filter((row) => (row.latching ?? latching) === latching)
      .flatMap(({ change, from }) => from.map((state) => `${change} ${state}`));
    assert.equal(new Set(pairs).size, pairs.length);
  }
});

Deno.test("an illegal change names the states from which it is legal", () => {
  const outcome = act({ ...ALERT, state: "acknowledged" }, { change: "reset" });
  assert.ok(outcome.kind === "illegal");
  assert.deepEqual(outcome.legalFrom, ["latched"]);
  assert.deepEqual(legalFrom("shelved"), ["unacknowledged", "acknowledged", "returned_unacknowledged", "latched"]);
});

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>(...Object.values(ACTIONS)),
  fc.constantFrom("suppressed", "released").chain((change) =>
    fc.constantFrom(...Object.keys(SUPPRESSIONS) as (keyof typeof SUPPRESSIONS)[]).map((suppression) => (
      { change: change as "suppressed" | "released", suppression }
    ))
  ),
  fc.record({
    change: fc.constant("assigned" as const),
    assignee: fc.option(fc.constantFrom("ann", "bob"), { nil: undefined }),
  }),
);
const step = fc.oneof({ weight: 4, arbitrary: action }, { weight: 1, arbitrary: fc.constantFrom("raised", "closed") });

Deno.test("no sequence of acts leaves the table, ends a condition, or loses count", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60 }), (latching, steps) => {
      let alert: Alert = { ...ALERT, latching };
      let stands = true;
      for (const one of steps) {
        if (typeof one === "string") {
          const to = new Map(stateAfter(one as "raised" | "closed", latching)).get(alert.state);
          // A closed episode does not come again: the next one has an alert of its own.
          if (to === undefined || !stands) continue;
          if (one === "closed") stands = false;
          alert = { ...alert, state: to, version: alert.version + 1 };
          continue;
        }
        const outcome = act(alert, one);
        if (outcome.kind === "changed") {
          assert.equal(outcome.alert.version, alert.version + 1);
          // The same again is no second change; a comment is one, and who sends it twice is known by the history.
          if (one.change !== "commented") assert.equal(act(outcome.alert, one).kind, "unchanged");
        } else assert.deepEqual(outcome.alert, alert);
        alert = outcome.alert;
        assert.ok(STATES.includes(alert.state));
        assert.equal(stands, alert.state === "unacknowledged" || alert.state === "acknowledged");
        assert.ok(alert.state !== "latched" || alert.latching);
        assert.equal(new Set(alert.suppressedBy).size, alert.suppressedBy.length);
        assert.equal(isHidden(alert), alert.shelf !== undefined || alert.suppressedBy.length > 0);
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});
