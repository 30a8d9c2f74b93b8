-- An asset is judged as one, by rows that hold a value of each of its sensors.

-- How far behind its other sensors a sensor's readings may come and still be judged with theirs; null: it is learnt.
ALTER TABLE asset ADD COLUMN reorder_window_ms bigint CHECK (reorder_window_ms > 0);

-- The memory of what judges one asset. Its readings are read from the store when its rows are closed, so all that a
-- batch leaves here is that there is something to do: `due_batch_id`, the last batch that brought readings.
CREATE TABLE asset_state (
  tenant_id integer NOT NULL,
  asset_id integer NOT NULL,
  state text NOT NULL DEFAULT '',
  revision bigint NOT NULL DEFAULT 0,
  -- Data time before which all rows are closed; null before the first. Rows begin with the reading at `begins_at`.
  watermark timestamptz,
  begins_at timestamptz NOT NULL,
  -- Of its sensors' readings: the newest, how far behind it others came, and how often any came.
  newest timestamptz NOT NULL,
  lag_ms double precision NOT NULL DEFAULT 0,
  arrivals bigint NOT NULL DEFAULT 0,
  due_batch_id bigint,
  -- Readings that came for closed rows: stored, not in them, to be reprocessed.
  late bigint NOT NULL DEFAULT 0,
  late_from timestamptz,
  late_to timestamptz,
  PRIMARY KEY (tenant_id, asset_id),
  FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
) WITH (fillfactor = 50);
-- Outside of the row, so that a note does not copy it; and no index knows what a note changes.
ALTER TABLE asset_state ALTER COLUMN state SET STORAGE EXTERNAL;

-- What was fitted over an asset's baseline, its isolation forest among it. A state names the version that it judges by.
CREATE TABLE asset_model (
  tenant_id integer NOT NULL,
  asset_id integer NOT NULL,
  version integer NOT NULL,
  model text NOT NULL,
  PRIMARY KEY (tenant_id, asset_id),
  FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);

-- Scores of an asset's latest rows, as many rows at once as were closed at once: [[ms, score], ...].
CREATE TABLE asset_score (
  tenant_id integer NOT NULL,
  asset_id integer NOT NULL,
  first_ts timestamptz NOT NULL,
  last_ts timestamptz NOT NULL,
  scores text NOT NULL,
  PRIMARY KEY (tenant_id, asset_id, first_ts)
);

-- One row per asset of a reprocess run; its state is the cursor, as in reprocess_sensor.
CREATE TABLE reprocess_asset (
  tenant_id integer NOT NULL,
  run_id bigint NOT NULL REFERENCES reprocess_run,
  asset_id integer NOT NULL,
  state text NOT NULL DEFAULT '',
  model text NOT NULL DEFAULT '',
  finished boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run_id, asset_id),
  FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
