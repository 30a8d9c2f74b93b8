-- A person's word that what a sensor does is normal from now on stands among what the sensor was judged by: behind which
-- reading it holds, and in which order with the settings that changed there. Reprocessing hears it at the same place.
ALTER TABLE sensor_settings
  -- Null: the sensor went over to these settings. Else they stayed, and the sensor learnt anew.
  ADD COLUMN accepted_by text,
  ADD COLUMN accepted_because text,
  ADD CONSTRAINT sensor_settings_accepted
    CHECK ((accepted_by IS NULL) = (accepted_because IS NULL) AND (accepted_by IS NULL OR behind IS NOT NULL));
