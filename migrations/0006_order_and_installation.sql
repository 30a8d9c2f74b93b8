-- Which installation this is: its id is in the name of every workflow, schedule and task queue, so that another
-- database, or this one restored, never takes the runs of a former life for its own. The fingerprint says which
-- database the id was given to.
CREATE TABLE installation (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id uuid NOT NULL,
  fingerprint text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Order is data: the batch that is next in its source is the unfinished one with the least position. `awaited` is set
-- while the batch's workflow has asked for its turn in vain and wants to be told. Attempts that ended in a fault that
-- nobody foresaw are counted in `faults`.
ALTER TABLE batch ADD COLUMN awaited boolean NOT NULL DEFAULT false;
ALTER TABLE batch ADD COLUMN faults smallint NOT NULL DEFAULT 0;

-- Payloads are read once and kept for a while: beside the batch they would be copied with each stage that it passes.
CREATE TABLE batch_payload (
  batch_id bigint PRIMARY KEY REFERENCES batch,
  tenant_id integer NOT NULL,
  payload text NOT NULL
);
ALTER TABLE batch_payload ALTER COLUMN payload SET STORAGE EXTERNAL;
INSERT INTO batch_payload (batch_id, tenant_id, payload) SELECT id, tenant_id, payload FROM batch;
ALTER TABLE batch DROP COLUMN payload;

-- A stage counts once for a batch, whichever run of its workflow passed it.
ALTER TABLE batch_stage DROP CONSTRAINT batch_stage_pkey;
ALTER TABLE batch_stage DROP COLUMN run;
ALTER TABLE batch_stage ADD PRIMARY KEY (batch_id, stage);

-- How far behind the newest reading others may still come and be judged in their place; null: not at all.
ALTER TABLE sensor ADD COLUMN reorder_window_ms bigint CHECK (reorder_window_ms > 0);

-- Runs can be cancelled; those under way are counted and looked for.
ALTER TABLE reprocess_run DROP CONSTRAINT reprocess_run_state_check;
ALTER TABLE reprocess_run ADD CONSTRAINT reprocess_run_state_check
  CHECK (state IN ('running', 'finished', 'failed', 'cancelled'));
CREATE INDEX reprocess_run_running ON reprocess_run (tenant_id, id) WHERE state = 'running';
