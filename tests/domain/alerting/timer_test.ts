/**
 * What is told of an alert when, as stories: each line is a minute and what is told then. Whoever looks at other
 * moments, more often, or after a long absence tells the same, later at most.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Route, Routing } from "../../../src/domain/alerting/route.ts";
import { type AlertSituation, planNotices, type Told } from "../../../src/domain/alerting/timer.ts";
import type { Severity } from "../../../src/domain/detection/severity.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-27T12:00:00Z");

const PLAIN: Route = {
  key: "r",
  quietBelow: "CRITICAL",
  onDelayMs: 0,
  keepFiringMs: 0,
  steps: [{ afterMs: 0, channels: ["a"] }],
  goOn: false,
};
const LADDER: Route = {
  ...PLAIN,
  steps: [{ afterMs: 0, channels: ["a"] }, { afterMs: 10 * MINUTE, channels: ["b"] }, {
    afterMs: 30 * MINUTE,
    channels: ["c"],
  }],
};

/** What happens to the alert, by minutes. */
interface Story {
  readonly acknowledgedAt?: number;
  readonly endedAt?: number;
  readonly raised?: readonly [at: number, to: Severity];
  readonly muted?: readonly [from: number, until: number];
}

function situation(story: Story, minute: number, told: readonly Told[]): AlertSituation {
  const passed = (at: number | undefined) => at !== undefined && minute >= at;
  const { muted, raised } = story;
  return {
    severity: raised !== undefined && passed(raised[0]) ? raised[1] : "HIGH",
    acknowledged: passed(story.acknowledgedAt),
    endedKnownAt: passed(story.endedAt) ? START + story.endedAt! * MINUTE : undefined,
    muted: muted !== undefined && minute >= muted[0] && minute < muted[1]
      ? { reason: "shelved", untilMs: START + muted[1] * MINUTE }
      : undefined,
    taken: [{ route: "r", since: START, reason: "it takes every alert" }],
    told,
  };
}

/** Looks as a workflow does, at each timer and at each change; answers "minute channel mark" of all that is told. */
function tell(route: Route, story: Story, { untilMinute = 120, extra = [] as number[] } = {}): string[] {
  const routing: Routing = { version: 1, timeZone: "UTC", routes: [route] };
  const told: Told[] = [];
  const lines: string[] = [];
  const changes = [story.acknowledgedAt, story.endedAt, story.raised?.[0], story.muted?.[0], story.muted?.[1], ...extra]
    .filter((minute) => minute !== undefined);
  let minute = 0;
  for (let looks = 0; looks < 500; looks++) {
    const plan = planNotices(routing, situation(story, minute, told), START + minute * MINUTE);
    for (const { channel, mark } of plan.due) lines.push(`${minute} ${channel} ${mark}`);
    told.push(...plan.due);
    const timer = plan.next === undefined ? Infinity : (plan.next.atMs - START) / MINUTE;
    const now = minute;
    minute = Math.min(timer, ...changes.filter((change) => change > now));
    if (minute > untilMinute) return lines;
  }
  throw new Error("it never comes to an end");
}

const night = { days: ["FRI" as const], from: 11 * 60, to: 13 * 60 };

const STORIES: readonly [string, Route, Story, readonly string[]][] = [
  ["it opens and ends", PLAIN, { endedAt: 5 }, ["0 a opened", "5 a closed"]],
  ["nobody acknowledges it", LADDER, {}, ["0 a opened", "10 b escalated/1", "30 c escalated/2"]],
  ["somebody acknowledges it in time", LADDER, { acknowledgedAt: 9 }, ["0 a opened"]],
  [
    "it ends while it is escalated: whoever was told is told",
    LADDER,
    { endedAt: 12 },
    ["0 a opened", "10 b escalated/1", "12 a closed", "12 b closed"],
  ],
  ["it stands for the on-delay", { ...PLAIN, onDelayMs: 10 * MINUTE }, {}, ["10 a opened"]],
  ["it ends within the on-delay", { ...PLAIN, onDelayMs: 10 * MINUTE }, { endedAt: 9 }, []],
  ["it is acknowledged within the on-delay", { ...PLAIN, onDelayMs: 10 * MINUTE }, { acknowledgedAt: 9 }, []],
  [
    "the escalation begins behind the on-delay",
    { ...LADDER, onDelayMs: 5 * MINUTE },
    {},
    ["5 a opened", "15 b escalated/1", "35 c escalated/2"],
  ],
  ["an end is kept", { ...PLAIN, keepFiringMs: 15 * MINUTE }, { endedAt: 5 }, ["0 a opened", "20 a closed"]],
  [
    "it becomes more urgent: those who know it are told",
    LADDER,
    { raised: [12, "CRITICAL"], acknowledgedAt: 20 },
    ["0 a opened", "10 b escalated/1", "12 a raised/CRITICAL", "12 b raised/CRITICAL"],
  ],
  [
    "who is told later is told once, as it is then",
    LADDER,
    { raised: [5, "CRITICAL"] },
    ["0 a opened", "5 a raised/CRITICAL", "10 b escalated/1", "30 c escalated/2"],
  ],
  [
    "one that was acknowledged becomes more urgent",
    LADDER,
    { acknowledgedAt: 3, raised: [5, "CRITICAL"] },
    ["0 a opened", "5 a raised/CRITICAL"],
  ],
  [
    "reminders until somebody acknowledges it",
    { ...PLAIN, remindEveryMs: 20 * MINUTE },
    { acknowledgedAt: 50 },
    ["0 a opened", "20 a reminder/1", "40 a reminder/2"],
  ],
  ["reminders until it is over", { ...PLAIN, remindEveryMs: 20 * MINUTE }, { endedAt: 30 }, [
    "0 a opened",
    "20 a reminder/1",
    "30 a closed",
  ]],
  ["in quiet hours nobody is told before their end", { ...PLAIN, quiet: [night] }, {}, ["60 a opened"]],
  ["and not at all of what is over by then", { ...PLAIN, quiet: [night] }, { endedAt: 30 }, []],
  ["but of what is critical", { ...PLAIN, quiet: [night] }, { raised: [7, "CRITICAL"] }, ["7 a opened"]],
  [
    "while it is shelved nobody is told; behind it what is due comes",
    LADDER,
    { muted: [5, 45] },
    ["0 a opened", "45 b escalated/1", "45 c escalated/2"],
  ],
  ["that it is over is told of a shelved one too", LADDER, { muted: [5, 45], endedAt: 20 }, [
    "0 a opened",
    "20 a closed",
  ]],
];

Deno.test("what is told when", async (t) => {
  for (const [name, route, story, expected] of STORIES) {
    await t.step(name, () => assert.deepEqual(tell(route, story), expected));
  }
});

Deno.test("looking more often tells the same at the same minutes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...STORIES),
      fc.array(fc.integer({ min: 1, max: 119 }), { maxLength: 20 }),
      ([, route, story, expected], extra) => assert.deepEqual(tell(route, story, { extra }), expected),
    ),
    { seed: 11, numRuns: 300 },
  );
});

Deno.test("after a long absence one reminder comes, not all that were missed", () => {
  const routing: Routing = { version: 1, timeZone: "UTC", routes: [{ ...PLAIN, remindEveryMs: 20 * MINUTE }] };
  const told: Told[] = [{ channel: "a", mark: "opened", occasion: "opened", severity: "HIGH", route: "r" }];
  const { due, next } = planNotices(routing, situation({}, 0, told), START + 119 * MINUTE);
  assert.deepEqual(due.map(({ mark }) => mark), ["reminder/5"]);
  assert.equal(next!.atMs, START + 120 * MINUTE);
});

Deno.test("a route that is gone tells nobody any more", () => {
  const plan = planNotices({ version: 2, timeZone: "UTC", routes: [] }, situation({}, 0, []), START);
  assert.deepEqual(plan, { due: [], next: undefined });
});
