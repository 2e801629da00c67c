-- Adds to a database of the service a sweep of 8 methods x 5 sparsities with labels of 100,000 test examples:
-- 4,000,000 labels, of which 18 % are PIEs. Values are random numbers; sizes and counts are what queries see. There is
-- one run, and there are no predictions. Run it with psql; it prints the id of the sweep.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
BEGIN;
SELECT setseed(0.5);

CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT gen_random_uuid() AS sweep_id, gen_random_uuid() AS dataset_id, gen_random_uuid() AS run_id, 100000 AS examples;

INSERT INTO datasets (id, name, task, labels, content_hash, splits, quality, created_at)
SELECT dataset_id, 'large', 'singleLabel', '{no,maybe,yes}', 'sha256:' || dataset_id,
    (SELECT jsonb_agg(jsonb_build_object('split', split, 'examples', examples,
        'perLabel', '[33334, 33333, 33333]'::jsonb, 'tokens', '{"mean": 20, "p50": 18, "p95": 40, "max": 80}'::jsonb,
        'lengthPercentiles', '[]'::jsonb)) FROM unnest('{train,test}'::text[]) AS split),
    '{"duplicates": 0, "emptyTexts": 0, "inTwoSplits": 0, "conflictingLabels": 0, "withoutLabel": 0}', now()
FROM made;

INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
SELECT dataset_id, 'test', position, gen_random_uuid(), 'test:' || position, repeat('some words of a text ', 5),
    ARRAY[(position % 3)::smallint]
FROM made, generate_series(0, examples - 1) AS position;

INSERT INTO sweeps (id, name, dataset_id, request, created_at)
SELECT sweep_id, 'large', dataset_id, jsonb_build_object('name', 'large', 'datasetId', dataset_id,
    'models', '[{"architecture": "BiLSTM"}]'::jsonb, 'methods', '[]'::jsonb,
    'seeds', '{"first": 0, "count": 30}'::jsonb), now()
FROM made;

INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, seed, architecture, method, sparsity, state, priority,
    ordinal, epochs_total, epochs_done, attempts, interruptions, lease_epoch, prediction_hash, training_seconds,
    predict_splits, predicted_splits, created_at, started_at, finished_at)
SELECT run_id, dataset_id, sweep_id, sweep_id || ' dense',
    jsonb_build_object('datasetHash', 'sha256:' || dataset_id, 'architecture', 'BiLSTM', 'protocol', 'sound',
        'method', 'dense', 'sparsity', 0, 'hyperparameters', '{}'::jsonb), 0, 'BiLSTM', 'dense', 0, 'succeeded', 1, 0, 6, 6, 1, 0, 1, 'sha256:' || md5(run_id::text), 60, '{test}', '{test}',
    now(), now(), now()
FROM made;

INSERT INTO sweep_runs (sweep_id, run_id, ordinal, model, is_baseline, shared_epochs, wanted_splits, wanted_epochs,
    wants_model)
SELECT sweep_id, run_id, 0, 'bilstm', true, 0, '{test}', '{}', false FROM made;

INSERT INTO comparisons (id, sweep_id, ordinal, model, architecture, method, sparsity, baseline, split,
    dense_fingerprint, pruned_fingerprint, pairing, expected_dense, expected_pruned, labelling_asked_at,
    labelled_at, achieved_sparsity, is_complete, summary)
SELECT gen_random_uuid(), sweep_id, row_number() OVER (ORDER BY method, sparsity), 'bilstm', 'BiLSTM', method, sparsity,
    'dense', 'test', sweep_id || ' dense', format('%s %s %s', sweep_id, method, sparsity), 'seed', 30, 30,
    now(), now(), sparsity,
    true,
    jsonb_build_object('denseSeeds', 30, 'prunedSeeds', 30, 'complete', true, 'examples', examples,
        'pies', examples * 18 / 100, 'denseTies', 0, 'prunedTies', 0,
        'achievedSparsity', jsonb_build_object('mean', sparsity, 'sd', 0.1),
        'denseScore', '{"mean": 0.9, "sd": 0.01}'::jsonb, 'prunedScore', '{"mean": 0.85, "sd": 0.02}'::jsonb,
        'denseOnPies', 0.6, 'prunedOnPies', 0.4, 'churn', '{"mean": 0.2, "sd": 0.01}'::jsonb,
        'noiseFloor', '{"kind": "halves", "seeds": 15, "splits": 100, "mean": 0.1, "sd": 0.01, "p05": 0.08, "p50": 0.1,
            "p95": 0.12, "reason": null}'::jsonb, 'influenceEpochs', '[]'::jsonb)
FROM made, unnest(ARRAY['IMP', 'IMP-WR', 'IIBP', 'IIBP-WR', 'MP-AI', 'IBP-AI', 'IRP', 'RP-AI']) AS method,
    unnest(ARRAY[20, 50, 70, 90, 99]::numeric[]) AS sparsity;

-- The dense runs give 15 to 30 votes to the first label.
INSERT INTO pie_labels (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs, pruned_runs, dense_mode,
    pruned_mode, dense_tied, pruned_tied, margin, is_pie, direction, p, q, paired_p, paired_q, inclusion, taxicab, shift,
    self_confidence, replicated)
SELECT comparisons.number, position, position % 3,
    set_byte(set_byte('\x000000000000', 0, 30 - position % 15), 2, position % 15),
    CASE WHEN is_pie THEN '\x00001e000000'::bytea ELSE '\x1e0000000000' END, 30, 30, 0, is_pie::integer, false,
    false,
    floor(random() * 31) / 30, is_pie, CASE WHEN is_pie THEN 'denseRight' END, random(), random(), random(), random(),
    random(), 2 * random(), random() - 0.2, random(), CASE WHEN is_pie THEN random() < 0.7 END
FROM made JOIN comparisons ON comparisons.sweep_id = made.sweep_id
CROSS JOIN LATERAL (
    SELECT position, random() < 0.05 + 0.3 * (position % 7) / 7 + 0 * comparisons.number AS is_pie
    FROM generate_series(0, examples - 1) AS position) AS label;

SELECT sweep_id FROM made;
COMMIT;
VACUUM ANALYZE examples, pie_labels;
