/** How alerts did, by the measures of ISA-18.2 and EEMUA 191: what came, and what a person can take in. */
import type { ComponentChildren } from "preact";
import { count, number, words } from "./format.ts";
import { AssetLink, SensorLink } from "./parts.tsx";
import type { Performance } from "./queries_system.ts";
import { Rows } from "./rows.tsx";

/** A measure: what it is, what is asked for, and whether it is met. */
interface Measure {
  readonly name: string;
  readonly is: string;
  readonly target: string;
  readonly met: boolean;
  /** What to do when it is not. */
  readonly otherwise: string;
}

const SLOT_MIN = 10;
const DAY_MIN = 24 * 60;
/** ISA-18.2, tables of targets: what is very likely acceptable for one operator. */
const TARGETS = { perDay: 144, perSlot: 1, perSlotMax: 10, floodShare: 0.01, chattering: 0, stale: 5 };
/** Most alarms are to be of little urgency: about 80, 15 and 5 % of low, medium and high. */
const URGENT_SHARE = 0.05;
/** A handful of alerts has no mix. */
const MIX_FROM = 20;

function percent(share: number): string {
  return `${number(Math.round(1_000 * share) / 10)} %`;
}

function measures(performance: Performance): Measure[] {
  const { perSlot, perSlotMax, manageableShare, floods, floodShare, chattering, stale, severities, alerts } =
    performance;
  const perDay = perSlot * DAY_MIN / SLOT_MIN;
  const urgent = severities.filter(({ severity }) => severity === "HIGH" || severity === "CRITICAL")
    .reduce((sum, { share }) => sum + share, 0);
  return [
    {
      name: "Alerts a day",
      is: number(perDay),
      target: `${TARGETS.perDay} at most (IEC 62682)`,
      met: perDay <= TARGETS.perDay,
      otherwise: "too many: set the alarm budget, or look at what gives most",
    },
    {
      name: "In ten minutes, on average",
      is: number(perSlot),
      target: `${TARGETS.perSlot} at most`,
      met: perSlot <= TARGETS.perSlot,
      otherwise: "too many for one person",
    },
    {
      name: "In ten minutes, at most",
      is: count(perSlotMax),
      target: `${TARGETS.perSlotMax} at most`,
      met: perSlotMax <= TARGETS.perSlotMax,
      otherwise: "nobody can take in so many at once: group by asset",
    },
    {
      name: "Time with one at most in ten minutes",
      is: percent(manageableShare),
      target: "as much as possible",
      met: true,
      otherwise: "",
    },
    {
      name: "Time in a flood",
      is: `${percent(floodShare)}, ${count(floods)} began`,
      target: `${percent(TARGETS.floodShare)} at most`,
      met: floodShare <= TARGETS.floodShare,
      otherwise: "too long: look at what they have in common",
    },
    {
      name: "Chattering",
      is: count(chattering),
      target: "none",
      met: chattering <= TARGETS.chattering,
      otherwise: "give their sensors a longer off-delay",
    },
    {
      name: "Standing for over 24 hours",
      is: count(stale),
      target: `${TARGETS.stale} at most`,
      met: stale <= TARGETS.stale,
      otherwise: "shelve, repair, or accept them as normal",
    },
    {
      name: "Of high or critical severity",
      is: alerts === 0 ? "none" : percent(urgent),
      target: `about ${percent(URGENT_SHARE)}`,
      met: alerts < MIX_FROM || urgent <= 2 * URGENT_SHARE,
      otherwise: "more than that, and urgency says little",
    },
  ];
}

export function AlarmPerformance({ performance }: { performance: Performance }) {
  const { alerts, suppressed, severities, worst } = performance;
  const mix = severities.filter((one) => one.count > 0).toReversed()
    .map(({ severity, count: of }) => `${count(of)} ${words(severity)}`).join(", ");
  return (
    <>
      <p>
        {count(alerts)} opened{mix !== "" && `: ${mix}`}; {count(suppressed)} suppressed besides, which bother nobody.
      </p>
      <Rows label="Alarms against their targets">
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col">Is</th>
            <th scope="col">Target (ISA-18.2)</th>
            <th scope="col">That is</th>
          </tr>
        </thead>
        <tbody>
          {measures(performance).map(({ name, is, target, met, otherwise }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{is}</td>
              <td>{target}</td>
              <td>{met ? "normal" : <strong>{otherwise}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </Rows>
      {worst.length > 0 && (
        <>
          <h2>What gave most</h2>
          <Rows label="What gave most alerts">
            <thead>
              <tr>
                <th scope="col">Sensor, asset or source</th>
                <th scope="col">Kind</th>
                <th scope="col" class="num">Alerts</th>
                <th scope="col" class="num">Of all</th>
              </tr>
            </thead>
            <tbody>
              {worst.map((actor, i) => (
                <tr key={i}>
                  <th scope="row">{nameOf(actor)}</th>
                  <td>{words(actor.kind)}</td>
                  <td class="num">{count(actor.count)}</td>
                  <td class="num">{alerts === 0 ? "-" : percent(actor.count / alerts)}</td>
                </tr>
              ))}
            </tbody>
          </Rows>
        </>
      )}
    </>
  );
}

function nameOf({ sensor, asset, source }: Performance["worst"][number]): ComponentChildren {
  if (sensor !== null) {
    return (
      <>
        <SensorLink sensor={sensor} /> <span class="muted key" dir="auto">{sensor.key}</span>
      </>
    );
  }
  return asset !== null ? <AssetLink asset={asset} /> : <bdi>{source}</bdi>;
}
