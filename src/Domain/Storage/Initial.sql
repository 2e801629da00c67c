-- The part of the migration Initial that EF Core cannot derive from PieDbContext. Schema.cs runs it directly after
-- Initial, in the same transaction. It is not in Initial.cs because a regeneration overwrites that file.

-- One row with a random id: it distinguishes the checkpoints of this database from those of another database in the
-- same artifact folder. A database that is migrated down to nothing keeps its id.
CREATE TABLE IF NOT EXISTS installation AS SELECT gen_random_uuid() AS id;

-- PostgreSQL stores these values uncompressed, so that it can read a part of a value without the rest of it.
ALTER TABLE run_predictions ALTER COLUMN classes SET STORAGE EXTERNAL, ALTER COLUMN scores SET STORAGE EXTERNAL;
ALTER TABLE run_observations ALTER COLUMN classes SET STORAGE EXTERNAL, ALTER COLUMN scores SET STORAGE EXTERNAL;

-- Notifications of changed rows, so that no process has to poll for them: RowChanges.cs listens, ChangeTopics.cs lists
-- the topics. PostgreSQL sends equal notifications of a transaction once. A trigger for updates names the changes that
-- matter: a heartbeat, or a statement that changes nothing, sends no notification.
CREATE OR REPLACE FUNCTION notify_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pie_changes', TG_ARGV[0]);
    RETURN NULL;
END
$$;

CREATE TRIGGER runs_made AFTER INSERT OR DELETE ON runs FOR EACH STATEMENT EXECUTE FUNCTION notify_of_change('runs');
CREATE TRIGGER runs_changed AFTER UPDATE ON runs FOR EACH ROW
WHEN (OLD.state <> NEW.state OR OLD.cancel_requested_at IS DISTINCT FROM NEW.cancel_requested_at
    OR OLD.pause_requested_at IS DISTINCT FROM NEW.pause_requested_at OR OLD.not_before IS DISTINCT FROM NEW.not_before)
EXECUTE FUNCTION notify_of_change('runs');
CREATE TRIGGER epochs_done AFTER UPDATE ON runs FOR EACH ROW WHEN (OLD.epochs_done <> NEW.epochs_done)
EXECUTE FUNCTION notify_of_change('epochs');
CREATE TRIGGER sweeps_made AFTER INSERT OR DELETE ON sweeps
FOR EACH STATEMENT EXECUTE FUNCTION notify_of_change('sweeps');
CREATE TRIGGER sweeps_changed AFTER UPDATE ON sweeps FOR EACH ROW
WHEN (OLD.cancel_requested_at IS DISTINCT FROM NEW.cancel_requested_at
    OR OLD.pause_requested_at IS DISTINCT FROM NEW.pause_requested_at)
EXECUTE FUNCTION notify_of_change('sweeps');
CREATE TRIGGER labels_due AFTER UPDATE ON comparisons FOR EACH ROW
WHEN (OLD.labelling_asked_at IS NOT NULL AND NEW.labelling_asked_at IS NULL
    OR OLD.labelled_at IS DISTINCT FROM NEW.labelled_at
    OR OLD.labelling_failed_at IS DISTINCT FROM NEW.labelling_failed_at)
EXECUTE FUNCTION notify_of_change('labels');
-- For each row: a heartbeat is an INSERT that becomes an UPDATE.
CREATE TRIGGER workers_came_or_went AFTER INSERT OR DELETE ON workers
FOR EACH ROW EXECUTE FUNCTION notify_of_change('workers');
CREATE TRIGGER workers_changed AFTER UPDATE ON workers FOR EACH ROW
WHEN (OLD.slots <> NEW.slots OR OLD.short_of IS DISTINCT FROM NEW.short_of OR OLD.vectors <> NEW.vectors
    OR OLD.checkpoints <> NEW.checkpoints
    -- A worker that is live again (the view live_workers), for example after its machine was suspended.
    OR OLD.last_beat_at <= now() - interval '30 seconds' AND NEW.last_beat_at > now() - interval '30 seconds')
EXECUTE FUNCTION notify_of_change('workers');
CREATE TRIGGER events_made AFTER INSERT OR DELETE ON sweep_events
FOR EACH STATEMENT EXECUTE FUNCTION notify_of_change('events');
CREATE TRIGGER deliveries_made AFTER INSERT ON webhook_deliveries
FOR EACH STATEMENT EXECUTE FUNCTION notify_of_change('deliveries');
CREATE TRIGGER deliveries_advanced AFTER UPDATE ON webhook_deliveries FOR EACH ROW
WHEN (NEW.next_attempt_at < OLD.next_attempt_at) EXECUTE FUNCTION notify_of_change('deliveries');

-- The totals of a sweep (SettledSweeps.cs) are deleted when a run of it changes, or the trunk of a run, or which runs
-- it has. They exist only while all of these have ended, so a change of a run that is queued or running, such as a
-- heartbeat, deletes nothing, and neither does a change of columns that are not counted, such as those of a checkpoint.
CREATE OR REPLACE FUNCTION forget_totals_of_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sweep_totals USING sweep_runs AS link
    WHERE link.sweep_id = sweep_totals.sweep_id
        AND link.run_id IN (SELECT OLD.id UNION ALL SELECT id FROM runs WHERE trunk_run_id = OLD.id);
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION forget_totals_of_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sweep_totals WHERE sweep_id IN (SELECT sweep_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER ended_runs_changed AFTER UPDATE ON runs FOR EACH ROW
WHEN (OLD.state NOT IN ('queued', 'running')
    AND (OLD.state, OLD.predict_again, OLD.predicted_splits, OLD.observed_epochs, OLD.model_path, OLD.epochs_total,
        OLD.epochs_done, OLD.started_at, OLD.finished_at, OLD.trunk_run_id, OLD.sweep_id)
    IS DISTINCT FROM (NEW.state, NEW.predict_again, NEW.predicted_splits, NEW.observed_epochs, NEW.model_path,
        NEW.epochs_total, NEW.epochs_done, NEW.started_at, NEW.finished_at, NEW.trunk_run_id, NEW.sweep_id))
EXECUTE FUNCTION forget_totals_of_run();
CREATE TRIGGER runs_deleted AFTER DELETE ON runs FOR EACH ROW EXECUTE FUNCTION forget_totals_of_run();
CREATE TRIGGER links_made AFTER INSERT ON sweep_runs REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION forget_totals_of_links();
CREATE TRIGGER links_changed AFTER UPDATE ON sweep_runs REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION forget_totals_of_links();
CREATE TRIGGER links_deleted AFTER DELETE ON sweep_runs REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION forget_totals_of_links();

-- The labels are divided by the hash of their comparison, so that no table and no index has all of them: a query or a
-- DELETE for a comparison uses one part, and each part is vacuumed by itself. PostgreSQL cannot divide a table that
-- exists, so the one of the migration is replaced, with the same columns, keys and names.
ALTER TABLE pie_labels RENAME TO pie_labels_undivided;
CREATE TABLE pie_labels (LIKE pie_labels_undivided) PARTITION BY HASH (comparison_number);
DROP TABLE pie_labels_undivided;
ALTER TABLE pie_labels ADD CONSTRAINT pk_pie_labels PRIMARY KEY (comparison_number, position),
    ADD CONSTRAINT fk_pie_labels_comparisons_comparison_number FOREIGN KEY (comparison_number)
        REFERENCES comparisons (number) ON DELETE CASCADE;
CREATE INDEX ix_pie_labels_pies ON pie_labels (comparison_number, margin DESC, position) WHERE is_pie;
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE pie_labels_%s PARTITION OF pie_labels FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            part, part);
    END LOOP;
END
$$;
