-- An idempotency key names a batch within its source: sources do not know each other's keys.
ALTER TABLE batch DROP CONSTRAINT batch_tenant_id_idempotency_key_key;
ALTER TABLE batch ADD CONSTRAINT batch_idempotency_key UNIQUE (source_id, idempotency_key);

-- A corrected reading keeps its former value.
CREATE TABLE reading_revision (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  ts timestamptz NOT NULL,
  -- As it was, and the batch that had brought it.
  value double precision NOT NULL,
  status bigint NOT NULL,
  batch_id bigint NOT NULL,
  replaced_by bigint NOT NULL REFERENCES batch,
  replaced_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, sensor_id, ts, replaced_by),
  FOREIGN KEY (tenant_id, sensor_id) REFERENCES sensor (tenant_id, id)
);
ALTER TABLE batch ADD COLUMN corrected integer NOT NULL DEFAULT 0;

-- What is retired is kept with all that it has, takes no readings, and is left out of lists.
ALTER TABLE sensor ADD COLUMN retired_at timestamptz;
ALTER TABLE asset ADD COLUMN retired_at timestamptz;
