-- The rules of the scheduler: which runs can be claimed, which workers are live, and the progress of a sweep. Schema.cs
-- creates these functions and views after the migrations, together with those of Research.sql. The names of functions
-- begin with pie_, by which Schema.cs finds them. No JSON is read here: what a rule needs is a column.

-- The state of a run whose training is ended early: a run with predictions from an earlier training keeps them.
CREATE FUNCTION pie_ended(prediction_hash text, otherwise text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN prediction_hash IS NULL THEN otherwise ELSE 'succeeded' END;

-- Whether the labels of a comparison follow from its runs as they are now: Labelling.cs describes the protocol.
CREATE FUNCTION pie_is_labelled(asked_at timestamptz, labelled_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(labelled_at >= asked_at, false);

-- Whether a run has predicted, observed and kept what is wanted of it. RunWish.cs makes the wish; this is the one place
-- that compares it with what the run has.
CREATE FUNCTION pie_is_met(
    wanted_splits text[], wanted_epochs integer[], wants_model boolean,
    predicted_splits text[], observed_epochs integer[], has_model boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN predicted_splits IS NOT NULL AND wanted_splits <@ predicted_splits AND wanted_epochs <@ observed_epochs
    AND (has_model OR NOT wants_model);

-- The workers with a recent heartbeat. They send one at least every 10 s.
CREATE VIEW live_workers AS SELECT * FROM workers WHERE last_beat_at > now() - interval '30 seconds';

-- What each sweep wants of each of its runs. is_met: the run has it, whatever its state is now; is_live: the sweep was
-- not cancelled.
CREATE VIEW run_wishes AS
SELECT link.sweep_id, link.run_id, link.ordinal, link.model, link.shared_epochs,
    link.wanted_splits, link.wanted_epochs, link.wants_model, link.device_wish,
    sweeps.cancel_requested_at IS NULL AS is_live, sweeps.pause_requested_at IS NOT NULL AS is_paused,
    runs.state AS run_state, runs.predict_again,
    pie_is_met(link.wanted_splits, link.wanted_epochs, link.wants_model,
        runs.predicted_splits, runs.observed_epochs, runs.model_path IS NOT NULL) AS is_met
FROM sweep_runs AS link JOIN sweeps ON sweeps.id = link.sweep_id JOIN runs ON runs.id = link.run_id;

-- The runs that can be claimed now. A branch waits for its trunk, unless the trunk has ended without success: then the
-- branch trains alone. It does not wait for a trunk that is paused, or restricted to a type of device, while the branch
-- is not: the sweeps of the branch have the results of that trunk, and only other sweeps want more of it. store: the
-- artifact folder of the checkpoint that it would start from; vectors, checkpoint: the word vectors and the pretrained
-- model that it needs; predict_again: its trained model predicts again, which only a worker with that store can do;
-- device_wish: the type of device that may train it.
CREATE VIEW ready_runs AS
SELECT run.id, run.priority, run.created_at, run.ordinal,
    CASE WHEN run.predict_again THEN coalesce(run.model_store, run.checkpoint_store)
        ELSE coalesce(run.checkpoint_store, trunk.checkpoint_store) END AS store,
    run.vectors, run.checkpoint, run.predict_again, run.device_wish
FROM runs AS run LEFT JOIN runs AS trunk ON trunk.id = run.trunk_run_id
WHERE run.state = 'queued' AND run.pause_requested_at IS NULL AND (run.not_before IS NULL OR run.not_before <= now())
    AND (run.predict_again OR trunk.state IS NULL OR trunk.state NOT IN ('queued', 'running') OR trunk.predict_again
        OR trunk.pause_requested_at IS NOT NULL OR trunk.device_wish NOT IN ('any', run.device_wish));

-- The comparisons that can be labelled for good now: their runs have ended, and their labels do not follow from these
-- yet. Labelling.cs also labels others, provisionally.
CREATE VIEW comparisons_to_label AS
SELECT comparisons.id, comparisons.sweep_id FROM comparisons
WHERE labelling_failed_at IS NULL AND NOT pie_is_labelled(labelling_asked_at, labelled_at) AND NOT EXISTS (
    SELECT 1 FROM sweep_runs AS link JOIN runs ON runs.id = link.run_id
    WHERE link.sweep_id = comparisons.sweep_id AND runs.state IN ('queued', 'running')
        AND runs.fingerprint IN (dense_fingerprint, pruned_fingerprint));

-- The runs of each sweep, counted: this is the one place that defines what counts as done.
CREATE VIEW counted_runs AS
SELECT sweeps.id AS sweep_id, run.*
FROM sweeps
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS total,
        (count(*) FILTER (WHERE own.state = 'queued'))::integer AS queued,
        (count(*) FILTER (WHERE own.state = 'running'))::integer AS running,
        (count(*) FILTER (WHERE own.state = 'succeeded'))::integer AS succeeded,
        (count(*) FILTER (WHERE own.state = 'failed'))::integer AS failed,
        (count(*) FILTER (WHERE own.state = 'cancelled'))::integer AS cancelled,
        sum(runs.epochs_total) AS epochs_total, sum(link.shared_epochs) AS epochs_shared,
        -- The shared epochs of a branch are done when its trunk is.
        sum(CASE WHEN own.state = 'succeeded' THEN runs.epochs_total
            ELSE greatest(runs.epochs_done,
                CASE WHEN runs.sweep_id = sweeps.id AND trunk.state = 'succeeded' THEN link.shared_epochs ELSE 0 END)
            END) AS epochs_done,
        -- The epochs of a trunk belong to the dense run and not to the branch.
        sum(runs.epochs_total
            - greatest(runs.epochs_done, CASE WHEN runs.sweep_id = sweeps.id THEN link.shared_epochs ELSE 0 END))
            FILTER (WHERE own.state IN ('queued', 'running')) AS epochs_left,
        min(runs.started_at) AS started_at, max(runs.finished_at) AS finished_at
    FROM sweep_runs AS link JOIN runs ON runs.id = link.run_id LEFT JOIN runs AS trunk ON trunk.id = runs.trunk_run_id
    -- A run that is trained again for another sweep has succeeded for this one, if it has what this one wants. OFFSET 0
    -- keeps this subquery separate: merged into the outer query, it would be evaluated again for each mention.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN runs.state = 'succeeded' OR NOT runs.predict_again
                AND pie_is_met(link.wanted_splits, link.wanted_epochs, link.wants_model,
                    runs.predicted_splits, runs.observed_epochs, runs.model_path IS NOT NULL)
            THEN 'succeeded' ELSE runs.state END AS state OFFSET 0) AS own
    WHERE link.sweep_id = sweeps.id) AS run;

-- The state of a sweep follows from its runs and comparisons; this is the one place that defines how. The runs of a
-- sweep are counted, unless none of them has changed since they were counted last (SettledSweeps.cs).
CREATE VIEW sweep_progress AS
SELECT sweeps.id AS sweep_id,
    CASE WHEN sweeps.cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN run.queued + run.running > 0 AND sweeps.pause_requested_at IS NOT NULL THEN 'paused'
        WHEN run.queued = run.total THEN 'queued'
        WHEN run.queued + run.running > 0 OR NOT comparison.ended THEN 'running'
        WHEN run.succeeded = run.total AND comparison.labelled THEN 'succeeded'
        ELSE 'failed' END AS state,
    run.total AS runs_total, run.queued AS runs_queued, run.running AS runs_running,
    run.succeeded AS runs_succeeded, run.failed AS runs_failed, run.cancelled AS runs_cancelled,
    run.epochs_total, run.epochs_done, run.epochs_shared,
    -- A run that was linked may have started long before this sweep asked for it.
    CASE WHEN run.started_at IS NOT NULL THEN greatest(run.started_at, sweeps.created_at) END AS started_at,
    CASE WHEN sweeps.cancel_requested_at IS NOT NULL THEN sweeps.cancel_requested_at
        WHEN run.queued + run.running = 0 AND comparison.ended
        THEN greatest(run.finished_at, comparison.ended_at, sweeps.created_at) END AS finished_at,
    CASE WHEN run.queued + run.running > 0 AND sweeps.cancel_requested_at IS NULL AND sweeps.pause_requested_at IS NULL
        THEN now() + make_interval(secs => run.epochs_left * epoch.seconds / greatest(worker.slots, 1))
        END AS estimated_finish,
    comparison.labelling_error
FROM sweeps
LEFT JOIN sweep_totals AS known ON known.sweep_id = sweeps.id
CROSS JOIN LATERAL (
    SELECT known.runs AS total, 0 AS queued, 0 AS running, known.succeeded, known.failed, known.cancelled,
        known.epochs_total, known.epochs_shared, known.epochs_done, NULL::bigint AS epochs_left, known.started_at,
        known.finished_at
    WHERE known.sweep_id IS NOT NULL
    UNION ALL
    SELECT total, queued, running, succeeded, failed, cancelled, epochs_total, epochs_shared, epochs_done, epochs_left,
        started_at, finished_at
    FROM counted_runs WHERE known.sweep_id IS NULL AND counted_runs.sweep_id = sweeps.id) AS run
CROSS JOIN LATERAL (
    -- A comparison that was labelled from all of its runs has what its sweep waits for, even while it is labelled again
    -- because a run of it was trained again for another sweep.
    SELECT coalesce(bool_and(own.labelled), true) AS labelled,
        coalesce(bool_and(own.labelled OR labelling_failed_at IS NOT NULL), true) AS ended,
        greatest(max(labelled_at), max(labelling_failed_at)) AS ended_at,
        -- A comparison whose last attempt failed. The sweep waits for it until all of its attempts have failed.
        (array_agg(labelling_error ORDER BY ordinal) FILTER (WHERE NOT own.labelled AND labelling_error IS NOT NULL)
            )[1] AS labelling_error
    FROM comparisons CROSS JOIN LATERAL (
        SELECT labelled_at IS NOT NULL
            AND coalesce(pie_is_labelled(labelling_asked_at, labelled_at) OR is_complete, false) AS labelled) AS own
    WHERE comparisons.sweep_id = sweeps.id) AS comparison
CROSS JOIN LATERAL (
    -- Only a sweep that is at work has an estimate. The first finished epoch of each run is enough for it: the number
    -- of all epochs grows with runs times epochs.
    SELECT avg(first.seconds) AS seconds
    FROM sweep_runs AS link
    CROSS JOIN LATERAL (
        SELECT run_metrics.seconds FROM run_metrics
        WHERE run_metrics.run_id = link.run_id AND run_metrics.split = 'train' ORDER BY run_metrics.epoch LIMIT 1
    ) AS first
    WHERE link.sweep_id = sweeps.id AND run.queued + run.running > 0) AS epoch
CROSS JOIN LATERAL (
    SELECT sum(slots) AS slots FROM live_workers) AS worker;
