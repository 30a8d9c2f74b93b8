import type { SensorId } from "../../domain/plant/sensor.ts";
import type { AssetId, Criticality } from "../../domain/plant/asset.ts";
import type { DetectorStateStore } from "../../ports/detection/detector_state.ts";
import { numbers, optional, type Sql } from "../sql.ts";

// States are JSON, which never holds this character unescaped: one text for all of them costs a fraction of an array of
// texts.
const SEPARATOR = "\x1e";

interface Row {
  readonly sensor_id: SensorId;
  readonly revision: number;
  readonly watermark: number | null;
  readonly state: string | null;
}

interface SensorRow {
  readonly sensor_id: SensorId;
  readonly quantity: string;
  readonly asset_id: AssetId | null;
  readonly criticality: Criticality;
  readonly reorder_window_ms: number | null;
}

export function detectorStateStore(sql: Sql): DetectorStateStore {
  return {
    async lock(tenantId, sensors) {
      const rows = await sql<Row[]>`
        SELECT state.sensor_id, state.revision, state.watermark,
          CASE WHEN state.revision = known.revision THEN NULL ELSE state.state END AS state
        FROM detector_state AS state
        JOIN unnest(${numbers(sensors.map(({ id }) => id))}::text::int[], ${
        numbers(sensors.map(({ revision }) => revision))
      }::text::bigint[])
          AS known (sensor_id, revision) ON known.sensor_id = state.sensor_id
        WHERE state.tenant_id = ${tenantId}
        ORDER BY state.sensor_id
        FOR UPDATE OF state`;
      return rows.map((row) => ({
        sensorId: row.sensor_id,
        revision: row.revision,
        watermark: optional(row.watermark),
        state: optional(row.state),
      }));
    },

    // A statement of its own: one that waits for a lock still sees the other tables as they were before it waited.
    async sensors(tenantId, ids) {
      const rows = await sql<SensorRow[]>`
        SELECT sensor.id AS sensor_id, quantity, asset_id, coalesce(criticality, 'B') AS criticality, sensor.reorder_window_ms
        FROM sensor LEFT JOIN asset ON asset.tenant_id = sensor.tenant_id AND asset.id = sensor.asset_id
        WHERE sensor.tenant_id = ${tenantId} AND sensor.id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map((row) => ({
        sensorId: row.sensor_id,
        quantity: row.quantity,
        assetId: optional(row.asset_id),
        criticality: row.criticality,
        reorderWindowMs: optional(row.reorder_window_ms),
      }));
    },

    async save(tenantId, states) {
      if (states.length === 0) return;
      const times = (of: (i: number) => number | undefined) => `{${states.map((_, i) => of(i) ?? "NULL").join(",")}}`;
      await sql`
        UPDATE detector_state AS old SET
          state = new.state, revision = old.revision + 1, watermark = to_timestamp(new.watermark / 1000), late = old.late + new.late,
          late_from = least(old.late_from, to_timestamp(new.late_from / 1000)), late_to = greatest(old.late_to, to_timestamp(new.late_to / 1000))
        FROM unnest(
          ${numbers(states.map(({ sensorId }) => sensorId))}::text::int[],
          string_to_array(${states.map(({ state }) => state).join(SEPARATOR)}::text, ${SEPARATOR}::text),
          ${times((i) => states[i].watermark)}::text::float8[],
          ${numbers(states.map(({ late }) => late))}::text::bigint[],
          ${times((i) => states[i].lateFrom)}::text::float8[],
          ${times((i) => states[i].lateTo)}::text::float8[]
        ) AS new (sensor_id, state, watermark, late, late_from, late_to)
        WHERE old.tenant_id = ${tenantId} AND old.sensor_id = new.sensor_id`;
    },
  };
}
