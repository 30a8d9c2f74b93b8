/** What detection makes of a sensor, in words, and the settings that it is judged by. */
import { type ComponentChildren, Fragment } from "preact";
import { addressOf } from "./address.ts";
import { count, duration, durationMs, number, plural, unit, words } from "./format.ts";
import { Time } from "./parts.tsx";
import type { SensorAnswer, SensorDetail } from "./queries_sensor.ts";
import { Rows } from "./rows.tsx";
import { stateWords } from "./sensor_table.tsx";

/** Whether it is judged, and if not, what it takes. */
function judging(sensor: SensorDetail): string {
  const { detection, judgesAfter, state, watermark, retiredAt } = sensor;
  if (retiredAt !== null) return "out of use: it takes no readings";
  if (watermark === null) return `nothing has come yet: it is judged after ${plural(judgesAfter, "reading")}`;
  if (detection === null) {
    return "cannot judge: what it had learnt is of another release; it learns anew from stored readings with its next one";
  }
  if (judgesAfter > 0) {
    const { interval, readings } = detection;
    const left = interval === null ? "" : `, in about ${duration(judgesAfter * durationMs(interval))} as it comes`;
    return `learning: ${plural(readings, "reading")} seen, ${count(judgesAfter)} to go${left}`;
  }
  const judged = `judged, from ${plural(detection.readings, "reading")}`;
  return state === "SILENT" ? `${stateWords(sensor)}; ${judged}` : judged;
}

function glitches({ glitchesInARow, glitchShare }: NonNullable<SensorDetail["detection"]>): string {
  const often = glitchShare < 0.001 ? "hardly any lately" : `${number(100 * glitchShare)} % of the last readings`;
  return glitchesInARow === 0
    ? often
    : `the last ${
      plural(glitchesInARow, "reading")
    } lie far outside all that was seen: held back from what is learnt, ` +
      `unless they last; ${often}`;
}

/** What is known of a sensor: a name and what it is; left out where it says nothing. */
interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

function facts(sensor: SensorDetail, quarantine: SensorAnswer["quarantineCounts"]): Fact[] {
  const { detection, expectedIntervalMs, late, rangeMin, rangeMax, reorderWindow } = sensor;
  const said = expectedIntervalMs === null
    ? "nobody has said how often"
    : `expected every ${duration(expectedIntervalMs)}`;
  const comes = detection?.interval == null ? "" : `comes every ${duration(durationMs(detection.interval))}; `;
  const all: (Fact | false)[] = [
    { name: "State", value: judging(sensor) },
    detection?.episodeSince != null &&
    {
      name: "Episode",
      value: (
        <>
          under way since <Time at={detection.episodeSince} ago />
        </>
      ),
    },
    { name: "Judged up to", value: <Time at={sensor.watermark} ago /> },
    detection?.heldBackTo != null && {
      name: "Waits",
      value: (
        <>
          readings up to <Time at={detection.heldBackTo} /> are stored, and judged in their turn
        </>
      ),
    },
    { name: "Rate", value: `${comes}${said}` },
    detection !== null && { name: "Baseline", value: <BaselineWords detection={detection} code={sensor.unit} /> },
    detection !== null && { name: "Glitches", value: glitches(detection) },
    {
      name: "Late",
      value: late.count === 0 ? "none" : (
        <>
          {plural(late.count, "reading")}, between <Time at={late.from} /> and <Time at={late.to} />: stored, not judged
        </>
      ),
    },
    { name: "Quarantine", value: <QuarantineWords sensor={sensor.key} counts={quarantine} /> },
    { name: "Quantity", value: `${words(sensor.quantity)}${sensor.unit === null ? "" : `, in ${unit(sensor.unit)}`}` },
    {
      name: "Physical range",
      value: rangeMin === null && rangeMax === null
        ? "not said"
        : `${rangeMin ?? "-∞"} to ${rangeMax ?? "∞"} ${unit(sensor.unit)}`,
    },
    reorderWindow !== null && { name: "Reorder window", value: duration(durationMs(reorderWindow)) },
    !sensor.registered && {
      name: "Described",
      value: "no: it is known from batches only (registerSensor describes it)",
    },
    sensor.retiredAt !== null && {
      name: "Out of use",
      value: (
        <>
          since <Time at={sensor.retiredAt} />
        </>
      ),
    },
  ];
  return all.filter((fact): fact is Fact => fact !== false);
}

function QuarantineWords({ sensor, counts }: { sensor: string; counts: SensorAnswer["quarantineCounts"] }) {
  if (counts.length === 0) return <>none</>;
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <a href={addressOf(["quarantine"], { sensor })}>{plural(all, "reading")}</a>:{" "}
      {counts.map(({ reason, count: of }) => `${words(reason)} ${count(of)}`).join(", ")}
    </>
  );
}

function BaselineWords(
  { detection: { baseline }, code }: { detection: NonNullable<SensorDetail["detection"]>; code: string | null },
) {
  const { version, learnt, readings, from, to, mean, spread, min, max } = baseline;
  if (mean === null || from === null) return <>nothing is learnt yet</>;
  return (
    <>
      {learnt ? `version ${version}` : `version ${version}, being learnt`}: mean {number(mean)}, spread{" "}
      {number(spread ?? 0)}, {number(min ?? 0)} to {number(max ?? 0)} {unit(code)}, from {plural(readings, "reading")}
      {" "}
      between <Time at={from} /> and <Time at={to} />
    </>
  );
}

export function DetectionFacts({ sensor, quarantine }: {
  sensor: SensorDetail;
  quarantine: SensorAnswer["quarantineCounts"];
}) {
  return (
    <div>
      <h2>Detection</h2>
      <dl class="facts">
        {facts(sensor, quarantine).map(({ name, value }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      <Settings sensor={sensor} />
    </div>
  );
}

/** Differences that are shown here; the settings page has all. */
const CHANGES_MAX = 12;

function Settings({ sensor: { key, judgedBy, settings } }: { sensor: SensorDetail }) {
  const { name, version, narrowest } = settings;
  const before = judgedBy?.split(" ")[0];
  const changes = narrowest?.changes ?? [];
  return (
    <>
      <h2>Settings</h2>
      <p>
        Judged by <a href={addressOf(["settings"], { sensor: key })}>{name}</a>, version {version}.
        {before !== undefined && before !== name && ` It goes over from ${before} with its next reading.`}
        {narrowest === null
          ? " All is as the release brings it."
          : ` The narrowest layer is version ${narrowest.version}, for ${scopeOf(narrowest.scope)}` +
            (changes.length === 0 ? "; it differs in nothing from wider ones." : ":")}
      </p>
      {changes.length > 0 && (
        <Rows label="What differs from wider settings">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Wider</th>
              <th scope="col">Here</th>
              <th scope="col">Unit</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, CHANGES_MAX).map(({ path, before, after, unit, effect }) => (
              <tr key={path} title={effect}>
                <th scope="row">{path}</th>
                <td>{textOf(before)}</td>
                <td>{textOf(after)}</td>
                <td class="small">{unit}</td>
              </tr>
            ))}
          </tbody>
        </Rows>
      )}
      {changes.length > CHANGES_MAX && (
        <p class="small">
          <a href={addressOf(["settings"], { sensor: key })}>{count(changes.length - CHANGES_MAX)} more</a>
        </p>
      )}
    </>
  );
}

function scopeOf({ quantity, asset, sensor }: NonNullable<SensorDetail["settings"]["narrowest"]>["scope"]): string {
  if (sensor !== null) return "this sensor";
  if (asset !== null) return `the asset ${asset.name} and all below it`;
  return quantity === null ? "all sensors" : `all of quantity ${words(quantity)}`;
}

function textOf(value: unknown): string {
  return value === null || value === undefined
    ? "not there"
    : typeof value === "number"
    ? number(value)
    : JSON.stringify(value);
}
