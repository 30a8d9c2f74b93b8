-- The alarm budget over all that has a rarity: sensors' anomalies, drift, and assets' anomalies each have their share of
-- it, lines of their own, and a correction of their own.

ALTER TABLE alarm_day
  ADD COLUMN kind text NOT NULL DEFAULT 'anomaly',
  -- What this kind has of the budget; NULL: no budget was set.
  ADD COLUMN share double precision;
UPDATE alarm_day SET share = alerts_per_day;
ALTER TABLE alarm_day DROP CONSTRAINT alarm_day_pkey;
ALTER TABLE alarm_day ADD PRIMARY KEY (tenant_id, scope, kind, day);
ALTER TABLE alarm_day ALTER COLUMN kind DROP DEFAULT;

ALTER TABLE alarm_burst ADD COLUMN kind text NOT NULL DEFAULT 'anomaly';
ALTER TABLE alarm_burst DROP CONSTRAINT alarm_burst_pkey;
ALTER TABLE alarm_burst ADD PRIMARY KEY (tenant_id, scope, kind, day, site, slot);
ALTER TABLE alarm_burst ALTER COLUMN kind DROP DEFAULT;

-- Ages of fast sensors are told apart for as many days as those of slow ones.
ALTER TABLE alarm_population ALTER COLUMN age TYPE integer;

-- What is kept below the line goes by a retention of its own, page by page.
CREATE INDEX candidate_page ON candidate (tenant_id, id);

-- A person's word that what an asset does is normal from now on, as sensor_settings has it of sensors.
ALTER TABLE asset_settings
  -- Null: the asset went over to these settings. Else they stayed, and the asset learnt anew.
  ADD COLUMN accepted_by text,
  ADD COLUMN accepted_because text,
  ADD CONSTRAINT asset_settings_accepted
    CHECK ((accepted_by IS NULL) = (accepted_because IS NULL) AND (accepted_by IS NULL OR behind IS NOT NULL));
