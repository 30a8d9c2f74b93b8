/** Level 2, an asset: what stands on it, its parts, its sensors. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Asked, useAsked } from "./asked.ts";
import { addressOf } from "./address.ts";
import { AlertTable } from "./alert_table.tsx";
import { AssetTable } from "./asset_table.tsx";
import { Asking, Counts, Path } from "./parts.tsx";
import { lastDay, useFresh } from "./fresh.ts";
import { type AlertRow, ALERTS, type Connection } from "./queries_alerting.ts";
import { ASSET } from "./queries_plant.ts";
import { SensorTable } from "./sensor_table.tsx";

const OPEN = ["UNACKNOWLEDGED", "ACKNOWLEDGED", "RETURNED_UNACKNOWLEDGED"];

export function AssetScreen({ id }: { id: string }) {
  const range = useMemo(() => signal(lastDay()), []).value;
  const asked = useAsked(ASSET, { key: id, ...range });
  useFresh(asked);
  const open = useAsked(ALERTS, { filter: { asset: id, states: OPEN }, first: 8 });
  useFresh(open);
  const asset = asked.answer?.asset;
  if (asset === null) {
    return (
      <section class="page">
        <h1>There is no such asset</h1>
        <p>
          No asset has the key <bdi>{id}</bdi>. <a href="/">The plant</a>, or Ctrl K to find one by its name.
        </p>
      </section>
    );
  }
  return (
    <section class="page">
      {asset !== undefined && <Path path={asset.path.slice(0, -1)} />}
      <h1 dir="auto">{asset?.name ?? id}</h1>
      <Asking asked={asked} what="the asset" />
      {asset !== undefined && (
        <>
          <p>
            <span class="muted">key</span> <bdi>{asset.key}</bdi> <span class="muted">· criticality</span>{" "}
            {asset.criticality} <span class="muted">· standing</span> <Counts standing={asset.standing} />{" "}
            <a href={addressOf(["alerts"], { asset: asset.key })}>All its alerts</a>
          </p>
          <OpenAlerts asked={open} />
          {asset.children.length > 0 && (
            <>
              <h2>Parts</h2>
              <AssetTable assets={asset.children} range={range} />
            </>
          )}
          <h2>Sensors</h2>
          {asset.sensors.length === 0
            ? <p class="calm">No sensor measures it.</p>
            : <SensorTable sensors={asset.sensors} />}
        </>
      )}
    </section>
  );
}

function OpenAlerts({ asked }: { asked: Asked<{ alerts: Connection<AlertRow> }> }) {
  const alerts = asked.answer?.alerts.edges.map(({ node }) => node) ?? [];
  if (asked.answer === undefined) return <Asking asked={asked} what="alerts" />;
  if (alerts.length === 0) return <p class="calm">No alert stands here.</p>;
  return <AlertTable alerts={alerts} label="Open alerts" />;
}
