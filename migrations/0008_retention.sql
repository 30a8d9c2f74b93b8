-- What is kept and for how long, what lives on of readings that go, and indexes that keep every look as short as on the
-- first day.

-- Who follows alerts finds them among all that happened without looking through the rest.
CREATE INDEX event_alert ON event (tenant_id, seq) WHERE alert_id IS NOT NULL;
CREATE INDEX alert_sensor ON alert (tenant_id, sensor_id, id DESC);
CREATE INDEX batch_failed ON batch (tenant_id, id DESC) WHERE state = 'failed';
DROP INDEX batch_unfinished;
CREATE INDEX batch_unfinished ON batch (tenant_id, source_id, position) WHERE state NOT IN ('processed', 'failed');

-- The tenant comes first in every key, so that what goes of one is found without passing what others keep.
ALTER TABLE batch_payload DROP CONSTRAINT batch_payload_pkey;
ALTER TABLE batch_payload ADD PRIMARY KEY (tenant_id, batch_id);
ALTER TABLE batch_stage DROP CONSTRAINT batch_stage_pkey;
ALTER TABLE batch_stage ADD PRIMARY KEY (tenant_id, batch_id, stage);
ALTER TABLE quarantined_reading DROP CONSTRAINT quarantined_reading_pkey;
ALTER TABLE quarantined_reading ADD PRIMARY KEY (tenant_id, batch_id, index);
DROP INDEX quarantined_reading_newest;

-- What people have set; the rest goes by the defaults of the code.
CREATE TABLE retention_policy (
  tenant_id integer NOT NULL REFERENCES tenant,
  noun text NOT NULL,
  -- Null: for ever.
  keep_ms bigint CHECK (keep_ms > 0),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, noun)
);

-- How far the readings of a tenant have been thinned out, in data time. What reads them goes by these times and not by
-- which rows are still there: rows behind their time count no more, whether or not they have been removed yet.
CREATE TABLE reading_horizon (
  tenant_id integer PRIMARY KEY REFERENCES tenant,
  -- Nothing more is stored for times before this one, so what is rolled up does not change any more.
  closed_before timestamptz NOT NULL DEFAULT '-infinity',
  -- Before it minutes and hours stand for the readings.
  rolled_up_before timestamptz NOT NULL DEFAULT '-infinity',
  -- Before it hours alone.
  hours_only_before timestamptz NOT NULL DEFAULT '-infinity',
  CHECK (hours_only_before <= rolled_up_before AND rolled_up_before <= closed_before)
);

-- What lives on of readings. `squares` is the sum of the squared deviations from the mean: unlike a sum of squares it
-- keeps its digits far from zero, and unlike a sum the mean never overflows.
CREATE TABLE reading_minute (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  ts timestamptz NOT NULL,
  count integer NOT NULL,
  min double precision NOT NULL,
  max double precision NOT NULL,
  mean double precision NOT NULL,
  squares double precision NOT NULL,
  PRIMARY KEY (tenant_id, sensor_id, ts)
);
SELECT create_hypertable('reading_minute', 'ts', chunk_time_interval => interval '7 days', create_default_indexes => false);

CREATE TABLE reading_hour (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  ts timestamptz NOT NULL,
  count integer NOT NULL,
  min double precision NOT NULL,
  max double precision NOT NULL,
  mean double precision NOT NULL,
  squares double precision NOT NULL,
  PRIMARY KEY (tenant_id, sensor_id, ts)
);
SELECT create_hypertable('reading_hour', 'ts', chunk_time_interval => interval '364 days', create_default_indexes => false);

-- The newest event about an alert that has gone: whoever stands before it has missed something.
CREATE TABLE event_gone (
  tenant_id integer PRIMARY KEY REFERENCES tenant,
  alert_seq bigint NOT NULL
);

-- Where the fold of a run began, when the readings before had gone.
ALTER TABLE reprocess_run ADD COLUMN readings_from timestamptz;
