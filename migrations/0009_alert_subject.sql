-- An alert is about a sensor or about an asset.
ALTER TABLE alert ALTER COLUMN sensor_id DROP NOT NULL;
ALTER TABLE alert ADD COLUMN asset_id integer;
ALTER TABLE alert ADD FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id);
ALTER TABLE alert ADD CONSTRAINT alert_subject CHECK ((sensor_id IS NULL) <> (asset_id IS NULL));
ALTER TABLE alert DROP CONSTRAINT alert_tenant_id_sensor_id_kind_episode_start_key;
ALTER TABLE alert ADD CONSTRAINT alert_episode
  UNIQUE NULLS NOT DISTINCT (tenant_id, sensor_id, asset_id, kind, episode_start);
CREATE INDEX alert_asset ON alert (tenant_id, asset_id, id DESC) WHERE asset_id IS NOT NULL;

ALTER TABLE reprocess_alert DROP CONSTRAINT reprocess_alert_pkey;
ALTER TABLE reprocess_alert ALTER COLUMN sensor_id DROP NOT NULL;
ALTER TABLE reprocess_alert ADD COLUMN asset_id integer;
ALTER TABLE reprocess_alert ADD CONSTRAINT reprocess_alert_subject CHECK ((sensor_id IS NULL) <> (asset_id IS NULL));
ALTER TABLE reprocess_alert ADD CONSTRAINT reprocess_alert_episode
  UNIQUE NULLS NOT DISTINCT (run_id, sensor_id, asset_id, kind, episode_start);
