/** Level 3, an alert: what happened, why it was raised, what it was like before, and where it comes from. */
import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { addressOf, params, setParams } from "./address.ts";
import { Actions } from "./actions.tsx";
import { useAsked } from "./asked.ts";
import { Contributions } from "./contributions.tsx";
import { episodeRange, Summary, Timeline } from "./alert_parts.tsx";
import { words } from "./format.ts";
import { Asking, Chip, Path, SensorLink, subjectOf, Time } from "./parts.tsx";
import { useFresh } from "./fresh.ts";
import { ALERT, type AlertDetail } from "./queries_alerting.ts";
import { Similar } from "./similar.tsx";
import { Siblings } from "./siblings.tsx";
import type { Trend } from "./queries_plant.ts";
import { type Range, TrendView } from "./trend.tsx";
import { unitOf } from "./triage_row.tsx";

export function AlertScreen({ id }: { id: string }) {
  const asked = useAsked(ALERT, /^\d{1,15}$/.test(id) ? { number: Number(id) } : { number: 0 });
  useFresh(asked);
  const others = useSignal<readonly Trend[]>([]);
  const alert = asked.answer?.alertByNumber;
  if (alert === null) {
    return (
      <section class="page">
        <h1>There is no such alert</h1>
        <p>
          No alert has the number {id}. <a href="/alerts">All alerts</a>, or Ctrl K to find one.
        </p>
      </section>
    );
  }
  if (alert === undefined) {
    return (
      <section class="page">
        <h1>Alert {id}</h1>
        <Asking asked={asked} what="the alert" />
      </section>
    );
  }
  // Of an asset, the sensor that it was most.
  const drawn = alert.sensor ?? alert.evidence.at(-1)?.sensors[0]?.sensor;
  return (
    <section class="page">
      <Path path={alert.asset?.path ?? []}>
        {alert.sensor === null ? undefined : <SensorLink sensor={alert.sensor} />}
      </Path>
      <h1>
        <Chip severity={alert.severity} state={alert.state} hidden={alert.hidden} /> <bdi>{subjectOf(alert)}</bdi>{" "}
        <span class="muted">alert {alert.number}</span>
      </h1>
      <Asking asked={asked} what="the alert" />
      <Summary alert={alert} />
      <Actions alerts={[alert]} onActed={asked.again} />
      {alert.sensor === null && drawn !== undefined && (
        <p>
          Below is <SensorLink sensor={drawn} />, the sensor that it was most, with the scores of that sensor alone.
        </p>
      )}
      {drawn !== undefined && <AlertTrend alert={alert} sensor={drawn.key} others={others} />}
      <div class="halves">
        <Contributions evidence={alert.evidence} unit={unitOf(alert)} />
        <div>
          <Timeline alert={alert} />
          <Lineage alert={alert} />
        </div>
      </div>
      <Siblings
        asset={alert.asset?.name ?? ""}
        trends={others.value}
        range={rangeInAddress(episodeRange(alert))}
      />
      <Similar alert={alert} />
    </section>
  );
}

/** Where the reader is, from the address; first the episode with what was before. */
export function rangeInAddress(first: Range): Range {
  const [from, to] = ["from", "to"].map((name) => Date.parse(params.value.get(name) ?? ""));
  return from < to ? { from, to } : first;
}

export function setRange({ from, to }: Range): void {
  setParams({ from: new Date(Math.round(from)).toISOString(), to: new Date(Math.round(to)).toISOString() });
}

/** Small pictures beside the large one. */
const OTHERS_MAX = 8;

interface AlertTrendProps {
  readonly alert: AlertDetail;
  readonly sensor: string;
  readonly others: Signal<readonly Trend[]>;
}

function AlertTrend({ alert, sensor, others }: AlertTrendProps) {
  const keys = (alert.asset?.sensors ?? []).map(({ key }) => key).filter((key) => key !== sensor).slice(0, OTHERS_MAX);
  const first = useMemo(() => episodeRange(alert), [alert.episodeStart, alert.endedAt]);
  const start = Date.parse(alert.episodeStart);
  const spans = [{ from: start, to: alert.endedAt === null ? undefined : Date.parse(alert.endedAt), strong: true }];
  const marks = alert.evidence.map((proof) => ({ at: Date.parse(proof.time), text: `▼ ${words(proof.change)}` }));
  return (
    <TrendView
      sensor={sensor}
      range={rangeInAddress(first)}
      all={first}
      spans={spans}
      marks={marks}
      onRange={setRange}
      others={keys}
      onAnswer={(answer) => others.value = answer.others}
    />
  );
}

function Lineage({ alert: { batch, kind, settings } }: { alert: AlertDetail }) {
  return (
    <>
      <h2>Where it comes from</h2>
      <dl class="facts">
        <dt>Kind</dt>
        <dd>{words(kind)}</dd>
        <dt>Batch</dt>
        <dd>
          <a href={addressOf(["batches", batch.number])}>{batch.number}</a> of <bdi>{batch.source}</bdi>, received{" "}
          <Time at={batch.receivedAt} />
        </dd>
        {settings !== null && (
          <>
            <dt>Judged by</dt>
            <dd>
              <a href="/settings">{settings.name}</a>, version {settings.version}
            </dd>
          </>
        )}
        {batch.temporalUrl !== null && (
          <>
            <dt>Workflow</dt>
            <dd>
              <a href={batch.temporalUrl} target="_blank" rel="noreferrer">its run in Temporal</a>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
