/** Alerts like this one before: when, for how long, what became of them, and laid over this one from their start. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "./address.ts";
import { duration, unit } from "./format.ts";
import { ask } from "./gateway.ts";
import { Chip, stateOf, Time } from "./parts.tsx";
import type { AlertDetail } from "./queries_alerting.ts";
import { type Trend, TRENDS } from "./queries_plant.ts";
import { serviceNowMs } from "./standing.ts";
import { why } from "./triage_row.tsx";
import { Rows } from "./rows.tsx";

const BEFORE_MS = 2 * 3_600_000;
const LEAST_MS = 4 * 3_600_000;
const MOST_MS = 48 * 3_600_000;
const WIDTH = 300;

export function Similar({ alert }: { alert: AlertDetail }) {
  const shown = useSignal(false);
  if (alert.similar.length === 0) {
    return (
      <>
        <h2>Similar</h2>
        <p class="calm">The first alert of this kind here.</p>
      </>
    );
  }
  return (
    <>
      <h2>Similar ({alert.similar.length})</h2>
      <Rows label="Similar alerts">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">State</th>
            <th scope="col">Opened</th>
            <th scope="col" class="num">Lasted</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {alert.similar.map((other) => (
            <tr key={other.id}>
              <td>
                <Chip severity={other.severity} state={other.state} hidden={other.hidden} />
              </td>
              <td>{stateOf(other)}</td>
              <td>
                <a href={addressOf(["alerts", other.number])}>
                  <Time at={other.openedAt} />
                </a>
              </td>
              <td class="num">
                {duration(
                  (other.endedAt === null ? serviceNowMs() : Date.parse(other.endedAt)) - Date.parse(other.openedAt),
                )}
              </td>
              <td>{why(other)}</td>
            </tr>
          ))}
        </tbody>
      </Rows>
      {alert.sensor !== null && (
        <p>
          <button type="button" aria-expanded={shown.value} onClick={() => shown.value = !shown.value}>
            Lay them over this one
          </button>
        </p>
      )}
      {shown.value && <Overlay alert={alert} sensor={alert.sensor!.key} />}
    </>
  );
}

function Overlay({ alert, sensor }: { alert: AlertDetail; sensor: string }) {
  const host = useRef<HTMLDivElement>(null);
  const fault = useSignal("");
  useEffect(() => {
    const given = new AbortController();
    let destroy = () => {};
    const all = [alert, ...alert.similar];
    const end = alert.endedAt === null ? serviceNowMs() : Date.parse(alert.endedAt);
    const length = Math.min(Math.max(end - Date.parse(alert.episodeStart), LEAST_MS), MOST_MS);
    const trendOf = async (start: number): Promise<Trend> => {
      const range = { from: new Date(start - BEFORE_MS).toISOString(), to: new Date(start + length).toISOString() };
      const { trends } = await ask(TRENDS, { sensors: [sensor], ...range, width: WIDTH }, given.signal);
      return trends[0];
    };
    (async () => {
      const starts = all.map(({ episodeStart }) => Date.parse(episodeStart));
      const [{ drawOverlay }, ...trends] = await Promise.all([import("./chart.ts"), ...starts.map(trendOf)]);
      if (given.signal.aborted) return;
      const options = { width: host.current!.clientWidth, height: 220, unit: unit(alert.sensor!.unit) };
      const chart = drawOverlay(host.current!, trends, starts, options);
      destroy = () => chart.destroy();
    })().catch((error: Error) => {
      if (!given.signal.aborted) fault.value = error.message;
    });
    return () => {
      given.abort();
      destroy();
    };
  }, [alert.number]);
  return (
    <>
      <div
        ref={host}
        class="plot"
        role="img"
        aria-label="This episode (solid) and the similar ones (dashed), from their start"
      />
      <p class="small muted">Solid: this one. Dashed: those before. Hours since the first anomaly.</p>
      {fault.value !== "" && <p class="fault" role="alert">{fault.value}</p>}
    </>
  );
}
