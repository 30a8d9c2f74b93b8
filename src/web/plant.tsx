/** Level 1, the whole plant: worst first, with what needs a person now. */
import { useMemo } from "preact/hooks";
import { signal } from "@preact/signals";
import { type Asked, useAsked } from "./asked.ts";
import { lastDay, useFresh } from "./fresh.ts";
import { AssetTable } from "./asset_table.tsx";
import { AlertTable } from "./alert_table.tsx";
import { count } from "./format.ts";
import { Asking } from "./parts.tsx";
import { SensorTable } from "./sensor_table.tsx";
import { type AlertRow, URGENT } from "./queries_alerting.ts";
import { PLANT, type PlantAnswer } from "./queries_plant.ts";
import { serviceNowMs, standing } from "./standing.ts";

export function PlantScreen() {
  const range = useMemo(() => signal(lastDay()), []).value;
  const asked = useAsked(PLANT, range);
  useFresh(asked);
  // Beside the plant and not behind it: what needs a person is there first.
  const urgent = useAsked(URGENT, {});
  useFresh(urgent);
  const plant = asked.answer?.plant;
  return (
    <section class="page">
      <h1>Plant</h1>
      <Asking asked={asked} what="the plant" />
      {plant !== undefined && <Overview plant={plant} range={range} urgent={urgent} />}
    </section>
  );
}

interface OverviewProps {
  readonly plant: PlantAnswer["plant"];
  readonly range: { readonly from: string; readonly to: string };
  readonly urgent: UrgentAsked;
}

function Overview({ plant, range, urgent }: OverviewProps) {
  if (plant.roots.length === 0 && plant.unplaced.length === 0) return <NewPlant />;
  const opened = plant.alertHours.reduce((sum, hour) => sum + hour.opened, 0);
  return (
    <>
      <Urgent plant={plant} asked={urgent} />
      <h2>Assets</h2>
      <AssetTable assets={plant.roots} range={range} />
      {plant.unplaced.length > 0 && (
        <>
          <h2>Sensors without an asset</h2>
          <SensorTable sensors={plant.unplaced} />
        </>
      )}
      <p class="muted">
        {count(plant.sensorCounts.all)} sensors, {count(plant.sensorCounts.learning)} learning,{" "}
        {count(plant.sensorCounts.silent)} silent. {count(opened)} alerts opened in the last 24 hours.
      </p>
    </>
  );
}

type UrgentAsked = Asked<{ urgentAlerts: readonly AlertRow[] }>;

function Urgent({ plant, asked }: { plant: PlantAnswer["plant"]; asked: UrgentAsked }) {
  const alerts = asked.answer?.urgentAlerts;
  const stands = standing.value;
  if (alerts === undefined) return <Asking asked={asked} what="alerts" />;
  if (alerts.length === 0) {
    const { all, learning } = plant.sensorCounts;
    const seen = stands === undefined ? 0 : stands.critical + stands.high + stands.medium + stands.low;
    return (
      <p class="calm">
        {seen === 0 ? "No alert stands." : `${seen} alerts stand, and a person has seen them all.`}{" "}
        {count(all - learning)} sensors are judged, {count(learning)} are learning.
      </p>
    );
  }
  return (
    <>
      <h2>Needs a person now</h2>
      <AlertTable alerts={alerts} label="Needs a person now" />
      <p>
        <a href="/alerts">All alerts</a>
      </p>
    </>
  );
}

function NewPlant() {
  return (
    <div class="calm">
      <p>
        No asset and no sensor is known yet. The first batch of readings registers its sensors by itself, for example:
      </p>
      <pre
        tabIndex={0}
      >{`curl ${location.origin}/graphql -H 'content-type: application/json' -d '{"query": "mutation { ingestBatch(input: {
  source: \\"gateway-1\\", idempotencyKey: \\"first\\", readings: [
    { sensor: \\"pump-7.bearing\\", time: \\"${new Date(serviceNowMs()).toISOString()}\\", value: 61.5 } ] }) { __typename } }"}'`}</pre>
      <p>
        A plant to look at, with faults of the common kinds: <code>deno task generate --url {location.origin}</code>
      </p>
    </div>
  );
}
