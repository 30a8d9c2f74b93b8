/** What each detector said when the alert was opened or raised, with the numbers that it judged by. */
import { useSignal } from "@preact/signals";
import { number, words } from "./format.ts";
import { SensorLink, Time } from "./parts.tsx";
import type { Evidence } from "./queries_alerting.ts";
import { Rows } from "./rows.tsx";

/** `unit` is that of the values, as people write it. */
export function Contributions({ evidence, unit }: { evidence: readonly Evidence[]; unit: string }) {
  const chosen = useSignal<number | undefined>(undefined);
  const highest = evidence.reduce((best, { score }, i) => score > evidence[best].score ? i : best, 0);
  const at = chosen.value ?? highest;
  const proof = evidence[at];
  if (proof === undefined) return null;
  const parts = [...proof.contributions].sort((a, b) => b.score - a.score);
  return (
    <div>
      <h2>Contributions</h2>
      {evidence.length > 1 && (
        <fieldset class="choice">
          <legend class="hidden">When</legend>
          {evidence.map(({ change, time }, i) => (
            <button
              key={time}
              type="button"
              aria-pressed={i === at}
              onClick={() => chosen.value = i}
            >
              {words(change)} <Time at={time} />
            </button>
          ))}
        </fieldset>
      )}
      <p>
        Value {number(proof.value)} {unit} scored {number(proof.score)}; threshold {number(proof.threshold)}.
        {proof.missing.length > 0 && ` No score from: ${proof.missing.map(words).join(", ")}.`}
      </p>
      <Rows label="Contributions" kind="contributions">
        <thead>
          <tr>
            <th scope="col">Detector</th>
            <th scope="col">Score</th>
            <th scope="col">Numbers</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ detector, score, facts }) => (
            <tr key={detector}>
              <th scope="row">{words(detector)}</th>
              <td class="score">
                <svg width="80" height="10" aria-hidden="true">
                  <rect class="ground" width="80" height="10" />
                  <rect class="bar" width={Math.round(80 * Math.min(score, 1))} height="10" />
                </svg>{" "}
                {score.toFixed(2)}
              </td>
              <td class="small">{facts.map(({ name, value }) => `${words(name)} ${number(value)}`).join("  ")}</td>
            </tr>
          ))}
        </tbody>
      </Rows>
      {proof.sensors.length > 0 && (
        <>
          <h2>Sensors that it was</h2>
          <Rows label="Shares of sensors">
            <thead>
              <tr>
                <th scope="col">Sensor</th>
                <th scope="col" class="num">Share</th>
              </tr>
            </thead>
            <tbody>
              {proof.sensors.map(({ share, sensor }) => (
                <tr key={sensor.key}>
                  <th scope="row">
                    <SensorLink sensor={sensor} />
                  </th>
                  <td class="num">{Math.round(100 * share)} %</td>
                </tr>
              ))}
            </tbody>
          </Rows>
        </>
      )}
    </div>
  );
}
