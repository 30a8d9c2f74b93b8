-- What became of readings in quarantine, and when a sensor's readings came too late to be judged.

-- The batch that a reading was sent again with, once its cause was gone. Such a reading is in quarantine no more; if it
-- was refused again, it is there as a reading of that batch.
ALTER TABLE quarantined_reading
  ADD COLUMN replayed_by bigint REFERENCES batch,
  ADD COLUMN replayed_at timestamptz,
  ADD CONSTRAINT quarantined_reading_replayed CHECK ((replayed_by IS NULL) = (replayed_at IS NULL));
CREATE INDEX quarantined_reading_reason ON quarantined_reading (tenant_id, reason, batch_id, index)
  WHERE replayed_by IS NULL;
CREATE INDEX quarantined_reading_replay ON quarantined_reading (tenant_id, replayed_by) WHERE replayed_by IS NOT NULL;

-- Stretches of data time whose readings came behind their sensor's watermark, as the fold of their batch found them:
-- what of the batch lies in one is all late.
CREATE TABLE late_stretch (
  tenant_id integer NOT NULL,
  sensor_id integer NOT NULL,
  batch_id bigint NOT NULL REFERENCES batch,
  from_ts timestamptz NOT NULL,
  to_ts timestamptz NOT NULL,
  count integer NOT NULL CHECK (count > 0),
  PRIMARY KEY (tenant_id, sensor_id, batch_id),
  FOREIGN KEY (tenant_id, sensor_id) REFERENCES sensor (tenant_id, id)
);
CREATE INDEX late_stretch_from ON late_stretch (tenant_id, sensor_id, from_ts);

-- Readings of doubtful quality are few, and looked for over years.
CREATE INDEX reading_doubtful ON reading (tenant_id, sensor_id, ts) WHERE status >= 1073741824;
