/** Whom alerts of the past would have reached, as stories: each line is a minute, a channel, and what it is told. */
import assert from "node:assert/strict";
import { type Alert, type AlertChange, type AlertId, UNHANDLED } from "../../../src/domain/alerting/alert.ts";
import { type Hiding, type LivedAlert, previewAlerts } from "../../../src/domain/alerting/preview.ts";
import type { Route, Routing } from "../../../src/domain/alerting/route.ts";
import type { Suppression } from "../../../src/domain/alerting/suppression.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-02T12:00:00Z");
const SENSOR = 7 as SensorId;
const LADDER: Route = {
  key: "r",
  quietBelow: "CRITICAL",
  onDelayMs: 0,
  keepFiringMs: 0,
  steps: [{ afterMs: 0, channels: ["shift"] }, { afterMs: 10 * MINUTE, channels: ["boss"] }],
  goOn: false,
};

type Step = readonly [minute: number, change: AlertChange, detail?: string];

interface Story {
  readonly id?: number;
  readonly from?: number;
  readonly kind?: string;
  readonly steps?: readonly Step[];
  readonly ends?: number;
  readonly suppressedBy?: readonly Suppression[];
}

function lived({ id = 1, from = 0, kind = "anomaly", steps = [], ends, suppressedBy = [] }: Story): LivedAlert {
  const alert = {
    ...UNHANDLED,
    id: id as AlertId,
    sensorId: SENSOR,
    kind,
    openedAt: START + from * MINUTE,
    endedAt: ends === undefined ? undefined : START + ends * MINUTE,
    severity: "HIGH",
    suppressedBy,
  } as Partial<Alert> as Alert;
  const transitions = [...steps, ...ends === undefined ? [] : [[ends, "closed"] as const]].map((
    [minute, change, detail],
    i,
  ) => (
    {
      alertId: alert.id,
      version: i + 1,
      change,
      detail,
      ts: START + minute * MINUTE,
      state: "unacknowledged" as const,
      actor: "a",
      note: undefined,
    }
  ));
  return { alert, assetPath: [], transitions };
}

function routing(...routes: Route[]): Routing {
  return { version: 1, timeZone: "UTC", routes };
}

function hiding(from: number, to: number, kind?: string): Hiding {
  return {
    sensorIds: new Set([SENSOR]),
    assetIds: new Set(),
    kind,
    from: START + from * MINUTE,
    to: START + to * MINUTE,
  };
}

interface Asked {
  readonly after?: Routing;
  readonly hidings?: readonly Hiding[];
  readonly until?: number;
}

function preview(stories: readonly Story[], { after, hidings = [], until = 100 }: Asked = {}) {
  const before = routing(LADDER);
  const options = { before, after: after ?? before, hidings, untilMs: START + until * MINUTE };
  return previewAlerts(stories.map(lived), options).map(({ before, after, hidden }) => {
    const lines = (notices: typeof before) =>
      notices.map(({ at, channel, occasion }) => `${(at - START) / MINUTE} ${channel} ${occasion}`);
    return { before: lines(before), after: lines(after), hidden };
  });
}

const STORIES: readonly (Story & Asked & { readonly name: string; readonly told: readonly string[] })[] = [
  {
    name: "without anybody who acts, the ladder is climbed",
    ends: 30,
    told: ["0 shift opened", "10 boss escalated", "30 shift closed", "30 boss closed"],
  },
  {
    name: "who acknowledged in truth does so here",
    steps: [[0, "opened", "HIGH"], [5, "acknowledged"]],
    ends: 30,
    told: ["0 shift opened", "30 shift closed"],
  },
  {
    name: "it counts with the severity that it had then",
    steps: [[0, "opened", "LOW"], [20, "raised", "HIGH"]],
    ends: 30,
    after: routing({ ...LADDER, severityMin: "HIGH" }),
    told: ["20 shift opened", "30 shift closed"],
  },
  {
    name: "histories that do not say the severity count with the last",
    steps: [[0, "opened"], [20, "raised"]],
    ends: 5,
    after: routing({ ...LADDER, severityMin: "HIGH" }),
    told: ["0 shift opened", "5 shift closed"],
  },
  {
    name: "hidden from the beginning to the end, nobody is told",
    ends: 30,
    hidings: [hiding(-10, 60)],
    told: [],
  },
  {
    name: "what still stands when a window ends is told then, and escalates from then on",
    ends: 60,
    hidings: [hiding(-10, 20)],
    told: ["20 shift opened", "30 boss escalated", "60 shift closed", "60 boss closed"],
  },
  {
    name: "a window in its midst stops the escalation, which begins anew behind it",
    ends: 60,
    hidings: [hiding(5, 20)],
    told: ["0 shift opened", "30 boss escalated", "60 shift closed", "60 boss closed"],
  },
  {
    name: "two that join hide as one",
    ends: 60,
    hidings: [hiding(-5, 20), hiding(15, 40)],
    told: ["40 shift opened", "50 boss escalated", "60 shift closed", "60 boss closed"],
  },
  {
    name: "a shelf is of its kind alone",
    ends: 5,
    hidings: [hiding(-10, 60, "flatline")],
    told: ["0 shift opened", "5 shift closed"],
  },
  {
    name: "what hid it in truth hides it here, also from its first moment on",
    steps: [[8, "released", "parent_alert"]],
    ends: 30,
    told: ["8 shift opened", "18 boss escalated", "30 shift closed", "30 boss closed"],
  },
  {
    name: "one that is hidden to this day is not told of",
    suppressedBy: ["out_of_service"],
    told: [],
  },
  {
    name: "people act by the clock, also on what has come late",
    steps: [[0, "opened", "HIGH"], [90, "acknowledged"], [30, "closed"]],
    told: ["0 shift opened", "10 boss escalated", "30 shift closed", "30 boss closed"],
  },
  { name: "what would come behind the range is left out", until: 10, told: ["0 shift opened"] },
];

for (const { name, told, after, hidings, until, ...story } of STORIES) {
  Deno.test(name, () => assert.deepEqual(preview([story], { after, hidings, until })[0].after, told));
}

Deno.test("as things are and as they are thought of stand side by side", () => {
  const [{ before, after, hidden }] = preview([{ ends: 30 }], { hidings: [hiding(-10, 60)] });
  assert.equal(before.length, 4);
  assert.deepEqual(after, []);
  assert.deepEqual(hidden, { from: START, to: undefined });
});

Deno.test("one that begins while an end is kept goes on as the same", () => {
  const after = routing({ ...LADDER, keepFiringMs: 10 * MINUTE });
  const stories = [{ id: 1, from: 0, ends: 2 }, { id: 2, from: 5, ends: 6 }, { id: 3, from: 40, ends: 41 }];
  const told = preview(stories, { after }).map(({ after }) => after);
  assert.deepEqual(told, [["0 shift opened"], ["16 shift closed"], ["40 shift opened", "51 shift closed"]]);
});

Deno.test("an absurd routing is stopped by its work, and never before the first alert", () => {
  const hours = Array.from({ length: 20 }, () => ({ days: ["MON" as const], from: 0, to: 1_440 }));
  const routes = Array.from({ length: 100 }, (_, n) => ({
    ...LADDER,
    key: `r${n}`,
    goOn: true,
    during: hours,
    remindEveryMs: MINUTE,
  }));
  const stories = Array.from({ length: 1_000 }, (_, id) => ({ id, from: id / 100 }));
  const { length } = preview(stories, { after: routing(...routes), until: 10_000 });
  assert.ok(length >= 1 && length < 100, `${length} alerts`);
});
