-- Functions and views as commit 128f670 made them, in its migration Views.

CREATE FUNCTION pie_uint16(two_bytes bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN get_byte(two_bytes, 0) + 256 * get_byte(two_bytes, 1);

CREATE FUNCTION pie_class(classes bytea, place integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pie_uint16(substring(classes FROM 2 * place + 1 FOR 2));

-- IEEE 754 binary16 from its 16 bits.
CREATE FUNCTION pie_float16(bits integer) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (CASE WHEN bits >= 32768 THEN -1 ELSE 1 END * CASE (bits >> 10) & 31
    WHEN 0 THEN (bits & 1023) * power(2.0::float8, -24)
    WHEN 31 THEN CASE WHEN bits & 1023 = 0 THEN 'Infinity'::float8 ELSE 'NaN'::float8 END
    ELSE (1024 + (bits & 1023)) * power(2.0::float8, ((bits >> 10) & 31) - 25) END)::real;

CREATE FUNCTION pie_scores(scores bytea, place integer, class_count integer) RETURNS real[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT pie_float16(pie_uint16(substring(slice FROM 2 * class + 1 FOR 2)))
    FROM (SELECT substring(scores FROM 2 * place * class_count + 1 FOR 2 * class_count) AS slice) AS example,
        generate_series(0, class_count - 1) AS class ORDER BY class);

-- One row for each run and example. Fast for one example across runs, or for one run: filter by example_id or run_id.
CREATE VIEW predictions AS
SELECT runs.id AS run_id, runs.dataset_id, runs.architecture, runs.method, runs.sparsity, runs.seed, runs.fingerprint,
    examples.split, examples.position, examples.id AS example_id,
    datasets.labels[examples.labels[1] + 1] AS gold,
    datasets.labels[pie_class(packed.classes, examples.position) + 1] AS predicted,
    pie_class(packed.classes, examples.position) = examples.labels[1] AS correct,
    pie_scores(packed.scores, examples.position, packed.class_count) AS scores
FROM run_predictions AS packed
JOIN runs ON runs.id = packed.run_id
JOIN datasets ON datasets.id = runs.dataset_id
JOIN examples ON examples.dataset_id = runs.dataset_id AND examples.split = packed.split;

CREATE VIEW pies AS
SELECT comparisons.sweep_id, label.comparison_id, comparisons.model, comparisons.method, comparisons.sparsity, comparisons.baseline,
    comparisons.split, label.position, label.example_id, examples.text, examples.second_text,
    datasets.labels[label.gold + 1] AS gold,
    datasets.labels[label.dense_mode + 1] AS dense, datasets.labels[label.pruned_mode + 1] AS pruned,
    label.dense_votes, label.pruned_votes, label.margin, label.dense_tied OR label.pruned_tied AS tied, label.direction
FROM pie_labels AS label
JOIN comparisons ON comparisons.id = label.comparison_id
JOIN sweeps ON sweeps.id = comparisons.sweep_id
JOIN datasets ON datasets.id = sweeps.dataset_id
JOIN examples ON examples.dataset_id = datasets.id AND examples.split = comparisons.split AND examples.position = label.position
WHERE label.is_pie;

-- How a run ends that is not trained to its end: one that has answers from an earlier training keeps them.
CREATE FUNCTION pie_ended(prediction_hash text, otherwise text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN prediction_hash IS NULL THEN otherwise ELSE 'succeeded' END;

-- The workers that were heard of lately. They beat every 10 s at least.
CREATE VIEW live_workers AS SELECT * FROM workers WHERE last_beat_at > now() - interval '30 seconds';

-- Whether a run has predicted what a sweep asked for, whatever has become of it since.
CREATE FUNCTION pie_serves(predicted_splits text[], request jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN predicted_splits IS NOT NULL AND ARRAY(
    SELECT jsonb_array_elements_text(CASE jsonb_typeof(request -> 'predictSplits') WHEN 'array' THEN request -> 'predictSplits' ELSE '["test"]' END))
    <@ predicted_splits;

-- The runs that can be claimed now. A branch waits for its trunk, unless that has ended without success: then it trains alone.
-- store: the artifact folder that has the checkpoint it would start from; vectors: the word vectors that it needs.
CREATE VIEW ready_runs AS
SELECT run.id, run.priority, run.created_at, run.ordinal, coalesce(run.checkpoint_store, trunk.checkpoint_store) AS store,
    run.recipe ->> 'vectors' AS vectors
FROM runs AS run LEFT JOIN runs AS trunk ON trunk.id = run.trunk_run_id
WHERE run.state = 'queued' AND run.pause_requested_at IS NULL AND (run.not_before IS NULL OR run.not_before <= now())
    AND (trunk.state IS NULL OR trunk.state NOT IN ('queued', 'running'));

-- The state of a sweep follows from its runs and comparisons; this is the one place that says how.
CREATE VIEW sweep_progress AS
SELECT sweeps.id AS sweep_id,
    CASE WHEN sweeps.cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN run.queued + run.running > 0 AND sweeps.pause_requested_at IS NOT NULL THEN 'paused'
        WHEN run.queued = run.total THEN 'queued'
        WHEN run.queued + run.running > 0 OR NOT comparison.labelled THEN 'running'
        WHEN run.succeeded = run.total THEN 'succeeded'
        ELSE 'failed' END AS state,
    run.total AS runs_total, run.queued AS runs_queued, run.running AS runs_running,
    run.succeeded AS runs_succeeded, run.failed AS runs_failed, run.cancelled AS runs_cancelled,
    run.epochs_total, run.epochs_done, run.epochs_shared,
    -- A run that was linked may have started long before this sweep asked for it.
    CASE WHEN run.started_at IS NOT NULL THEN greatest(run.started_at, sweeps.created_at) END AS started_at,
    CASE WHEN sweeps.cancel_requested_at IS NOT NULL THEN sweeps.cancel_requested_at
        WHEN run.queued + run.running = 0 AND comparison.labelled THEN greatest(run.finished_at, comparison.labelled_at, sweeps.created_at)
        END AS finished_at,
    CASE WHEN run.queued + run.running > 0 AND sweeps.cancel_requested_at IS NULL AND sweeps.pause_requested_at IS NULL
        THEN now() + make_interval(secs => run.epochs_left * epoch.seconds / greatest(worker.slots, 1)) END AS estimated_finish
FROM sweeps
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS total,
        (count(*) FILTER (WHERE own.state = 'queued'))::integer AS queued,
        (count(*) FILTER (WHERE own.state = 'running'))::integer AS running,
        (count(*) FILTER (WHERE own.state = 'succeeded'))::integer AS succeeded,
        (count(*) FILTER (WHERE own.state = 'failed'))::integer AS failed,
        (count(*) FILTER (WHERE own.state = 'cancelled'))::integer AS cancelled,
        sum(runs.epochs_total) AS epochs_total, sum(sweep_runs.shared_epochs) AS epochs_shared,
        -- What a branch starts from is done when its trunk is.
        sum(CASE WHEN own.state = 'succeeded' THEN runs.epochs_total ELSE greatest(runs.epochs_done, CASE WHEN runs.sweep_id = sweeps.id AND trunk.state = 'succeeded' THEN sweep_runs.shared_epochs ELSE 0 END) END) AS epochs_done,
        -- Epochs of a trunk are the dense run's, not the branch's.
        sum(runs.epochs_total - greatest(runs.epochs_done, CASE WHEN runs.sweep_id = sweeps.id THEN sweep_runs.shared_epochs ELSE 0 END))
            FILTER (WHERE own.state IN ('queued', 'running')) AS epochs_left,
        min(runs.started_at) AS started_at, max(runs.finished_at) AS finished_at
    FROM sweep_runs JOIN runs ON runs.id = sweep_runs.run_id LEFT JOIN runs AS trunk ON trunk.id = runs.trunk_run_id
    -- One that is trained again for another sweep has succeeded for this one.
    CROSS JOIN LATERAL (SELECT CASE WHEN pie_serves(runs.predicted_splits, sweeps.request) THEN 'succeeded' ELSE runs.state END AS state) AS own
    WHERE sweep_runs.sweep_id = sweeps.id) AS run
CROSS JOIN LATERAL (
    SELECT coalesce(bool_and(labelling_asked_at IS NOT NULL AND labelled_at IS NOT NULL AND labelled_at >= labelling_asked_at), true) AS labelled,
        max(labelled_at) AS labelled_at
    FROM comparisons WHERE comparisons.sweep_id = sweeps.id) AS comparison
CROSS JOIN LATERAL (
    SELECT avg(run_metrics.seconds) AS seconds
    FROM sweep_runs JOIN run_metrics ON run_metrics.run_id = sweep_runs.run_id AND run_metrics.split = 'train'
    WHERE sweep_runs.sweep_id = sweeps.id) AS epoch
CROSS JOIN LATERAL (
    SELECT sum(slots) AS slots FROM live_workers) AS worker;
