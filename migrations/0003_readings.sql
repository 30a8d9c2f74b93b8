-- Readings, in chunks of a week: one index serves both the natural key and reads by sensor and time.

CREATE TABLE reading (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  ts timestamptz NOT NULL,
  value double precision NOT NULL,
  -- OPC UA status code (32 bits without sign).
  status bigint NOT NULL,
  batch_id bigint NOT NULL,
  CONSTRAINT reading_natural_key PRIMARY KEY (tenant_id, sensor_id, ts)
);
SELECT create_hypertable('reading', 'ts', chunk_time_interval => interval '7 days', create_default_indexes => false);

-- The memory of the detectors of one sensor. The state stays in the row itself: it is rewritten with every batch.
CREATE TABLE detector_state (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  state text NOT NULL DEFAULT '',
  revision bigint NOT NULL DEFAULT 0,
  watermark timestamptz,
  -- Readings that came after the watermark had passed them: stored, not folded, to be reprocessed.
  late bigint NOT NULL DEFAULT 0,
  late_from timestamptz,
  late_to timestamptz,
  PRIMARY KEY (tenant_id, sensor_id),
  FOREIGN KEY (tenant_id, sensor_id) REFERENCES sensor (tenant_id, id)
) WITH (fillfactor = 50, toast_tuple_target = 8128);
ALTER TABLE detector_state ALTER COLUMN state SET STORAGE EXTERNAL;
