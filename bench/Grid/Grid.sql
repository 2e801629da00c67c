-- Fills an empty database of the service with runs of the study's size: for each of four datasets and two models, 30
-- seeds of a dense cohort and of 8 methods x 5 sparsities, with predictions of the whole test split, metrics of every
-- epoch, and labels of every comparison. Values are patterns, not predictions: sizes, counts and keys are what queries
-- see. Rows are stored in the order in which the service stores them: the runs of a sweep together, with ids that grow,
-- and the labels of a comparison together. Run it with psql; the variable grids is the number of grids, each in sweeps
-- of its own (1: 9,840 runs; 0.1: 3 seeds in place of 30).
\set ON_ERROR_STOP on
\if :{?grids} \else \set grids 1 \endif
SET synchronous_commit = off;
BEGIN;
SELECT setseed(0.5);

-- A UUID of version 7 in which a number stands for the time, and which has no variant.
CREATE FUNCTION pg_temp.ordered_id(place bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex(place), 12, '0') || '7' || substr(md5(random()::text), 14))::uuid
$$;

CREATE TEMP TABLE corpus (name text, task text, classes integer, examples integer, train integer) ON COMMIT DROP;
INSERT INTO corpus VALUES ('snli', 'singleLabel', 3, 10000, 550000), ('imdb', 'singleLabel', 2, 25000, 25000),
    ('reuters', 'multiLabel', 90, 3019, 7769), ('aapd', 'multiLabel', 54, 1000, 53840);

INSERT INTO datasets (id, name, task, labels, content_hash, splits, quality, created_at)
SELECT gen_random_uuid(), name, task, ARRAY(SELECT 'label ' || c FROM generate_series(1, classes) AS c),
    'sha256:grid-' || name,
    (SELECT jsonb_agg(jsonb_build_object('split', split.name, 'examples', split.examples,
            'perLabel', ARRAY(SELECT split.examples / classes FROM generate_series(1, classes)),
            'tokens', '{"mean": 20, "p50": 18, "p95": 40, "max": 80}'::jsonb, 'lengthPercentiles', '[]'::jsonb))
        FROM (VALUES ('train', train), ('test', corpus.examples)) AS split(name, examples)),
    '{"duplicates": 0, "emptyTexts": 0, "inTwoSplits": 0, "conflictingLabels": 0, "withoutLabel": 0}', now()
FROM corpus;

INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
SELECT datasets.id, 'test', position, gen_random_uuid(), 'test:' || position, repeat('some words of a text ', 5),
    ARRAY[(position % classes)::smallint]
FROM corpus JOIN datasets ON datasets.name = corpus.name
CROSS JOIN LATERAL generate_series(0, corpus.examples - 1) AS position;

CREATE TEMP TABLE cohort ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY method <> 'dense', method, sparsity)::integer - 1 AS ordinal, method, sparsity
FROM (
    SELECT 'dense' AS method, 0::numeric AS sparsity
    UNION ALL
    SELECT method, sparsity
    FROM unnest(ARRAY['IMP', 'IMP-WR', 'IIBP', 'IIBP-WR', 'MP-AI', 'IBP-AI', 'IRP', 'RP-AI']) AS method,
        unnest(ARRAY[20, 50, 70, 90, 99]::numeric[]) AS sparsity) AS cohorts;

CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT pg_temp.ordered_id(row_number() OVER (ORDER BY grid, name, architecture)) AS sweep_id, grid, architecture, name,
    dataset_id, task, classes, examples, CASE WHEN :grids < 1 THEN ceil(30 * :grids)::integer ELSE 30 END AS seeds
FROM (SELECT corpus.*, datasets.id AS dataset_id FROM corpus JOIN datasets ON datasets.name = corpus.name) AS known
CROSS JOIN (VALUES ('BERT'), ('BiLSTM')) AS model(architecture)
CROSS JOIN generate_series(1, greatest(1, :grids)::integer) AS grid;

INSERT INTO sweeps (id, name, dataset_id, request, created_at)
SELECT sweep_id, format('%s %s %s', name, architecture, grid), dataset_id, jsonb_build_object('name', name,
    'datasetId', dataset_id, 'models', jsonb_build_array(jsonb_build_object('architecture', architecture)),
    'methods', '[]'::jsonb, 'seeds', jsonb_build_object('first', 0, 'count', seeds)), now()
FROM part;

CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT part.*, cohort.ordinal AS cohort, cohort.method, cohort.sparsity, seed,
    pg_temp.ordered_id(row_number() OVER (ORDER BY sweep_id, ordinal, seed)) AS run_id,
    format('%s-%s-%s-%s', architecture, cohort.method, cohort.sparsity, grid) AS fingerprint,
    CASE WHEN cohort.method LIKE 'I%' AND cohort.method NOT LIKE '%-AI' THEN 24 ELSE 6 END AS epochs
FROM part CROSS JOIN cohort CROSS JOIN LATERAL generate_series(0, part.seeds - 1) AS seed
ORDER BY sweep_id, ordinal, seed;

INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, seed, architecture, method, sparsity, state, priority,
    ordinal, epochs_total, epochs_done, attempts, interruptions, lease_epoch, prediction_hash, achieved_sparsity,
    training_seconds, predict_splits, predicted_splits, created_at, started_at, finished_at)
SELECT run_id, dataset_id, sweep_id, fingerprint,
    jsonb_build_object('datasetHash', 'sha256:grid-' || name, 'architecture', architecture, 'protocol', 'sound',
        'method', method, 'sparsity', sparsity, 'hyperparameters', '{}'::jsonb,
        'vectors', CASE architecture WHEN 'BiLSTM' THEN 'glove' END,
        'checkpoint', CASE architecture WHEN 'BERT' THEN 'bert' END),
    seed, architecture, method, sparsity, 'succeeded', 1, 100 * cohort + seed, epochs, epochs, 1, 0, 1,
    'sha256:' || md5(run_id::text), sparsity, epochs * 10.0, '{test}', '{test}', now(), now(), now()
FROM made;

INSERT INTO sweep_runs (sweep_id, run_id, ordinal, model, is_baseline, shared_epochs, wanted_splits, wanted_epochs,
    wants_model)
SELECT sweep_id, run_id, 100 * cohort + seed, lower(architecture), method = 'dense', 0, '{test}', '{}', false FROM made;

INSERT INTO run_metrics (run_id, epoch, split, loss, accuracy, macro_f1, micro_f1, macro_precision, micro_precision,
    macro_recall, micro_recall, seconds)
SELECT run_id, epoch, split, 0.5, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 10
FROM made CROSS JOIN LATERAL generate_series(0, epochs - 1) AS epoch
CROSS JOIN LATERAL unnest(CASE WHEN epoch = epochs - 1 THEN ARRAY['train', 'test'] ELSE ARRAY['train'] END) AS split;

-- Each run answers class (position + seed) % 2 for single-label data, and half of the classes for multi-label data.
INSERT INTO run_predictions (run_id, split, examples, class_count, classes, scores, threshold)
SELECT run_id, 'test', examples, classes,
    decode(CASE task WHEN 'singleLabel'
        THEN repeat(CASE WHEN seed % 2 = 0 THEN '00000100' ELSE '01000000' END, examples / 2)
        ELSE repeat(repeat('15', (classes - 1) / 8) || '01', examples) END, 'hex'),
    decode(repeat('003c', examples * classes), 'hex'), CASE task WHEN 'multiLabel' THEN 0.5 END
FROM made;

CREATE TEMP TABLE compared ON COMMIT DROP AS
SELECT DISTINCT ON (sweep_id, cohort) made.*, gen_random_uuid() AS comparison_id
FROM made WHERE method <> 'dense' ORDER BY sweep_id, cohort, seed;

INSERT INTO comparisons (id, sweep_id, ordinal, model, architecture, method, sparsity, baseline, split,
    dense_fingerprint, pruned_fingerprint, pairing, expected_dense, expected_pruned, labelling_asked_at,
    labelled_at, achieved_sparsity, is_complete)
SELECT comparison_id, sweep_id, cohort, lower(architecture), architecture, method, sparsity, 'dense', 'test',
    format('%s-dense-0-%s', architecture, grid), fingerprint, 'seed', seeds, seeds, now(), now(), sparsity, true
FROM compared;

-- Every tenth example is a PIE.
INSERT INTO pie_labels (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs, pruned_runs, dense_mode,
    pruned_mode, dense_tied, pruned_tied, margin, is_pie, direction, p, q, paired_p, paired_q, inclusion, taxicab, shift,
    self_confidence)
SELECT number, position, CASE task WHEN 'singleLabel' THEN 0 END,
    decode(repeat('0f00', classes), 'hex'), decode(repeat('0f00', classes), 'hex'), seeds, seeds,
    CASE task WHEN 'singleLabel' THEN 0 END, CASE task WHEN 'singleLabel' THEN position % 10 = 0 END::integer,
    false, false, random(), position % 10 = 0,
    CASE WHEN position % 10 = 0 THEN 'denseRight' END, random(), random(), random(), random(), random(),
    2 * random(), random() - 0.2, random()
FROM (
    SELECT compared.*, comparisons.number
    FROM compared JOIN comparisons ON comparisons.id = comparison_id ORDER BY number) AS numbered
CROSS JOIN LATERAL generate_series(0, examples - 1) AS position;

-- One comparison of each sweep is on the training split, which has no examples here: it has what its figures read, the
-- bins of the influence after two epochs and a map.
CREATE TEMP TABLE trained ON COMMIT DROP AS
SELECT compared.*, corpus.train, gen_random_uuid() AS train_id
FROM compared JOIN corpus ON corpus.name = compared.name WHERE method = 'IMP' AND sparsity = 90;

INSERT INTO comparisons (id, sweep_id, ordinal, model, architecture, method, sparsity, baseline, split,
    dense_fingerprint, pruned_fingerprint, pairing, expected_dense, expected_pruned, labelling_asked_at,
    labelled_at, achieved_sparsity, is_complete)
SELECT train_id, sweep_id, 1000, lower(architecture), architecture, method, sparsity, 'dense', 'train',
    format('%s-dense-0-%s', architecture, grid), fingerprint, 'seed', seeds, seeds, now(), now(), sparsity, true
FROM trained;

INSERT INTO run_predictions (run_id, split, examples, class_count, classes, scores, threshold)
SELECT made.run_id, 'train', trained.train, made.classes, '', '', CASE made.task WHEN 'multiLabel' THEN 0.5 END
FROM made JOIN trained ON trained.sweep_id = made.sweep_id
WHERE made.method = 'dense' OR made.fingerprint = trained.fingerprint;

INSERT INTO run_observations (run_id, epoch, examples, class_count, classes, scores)
SELECT made.run_id, epoch, trained.train, made.classes, '', ''
FROM made JOIN trained ON trained.sweep_id = made.sweep_id CROSS JOIN generate_series(0, 1) AS epoch
WHERE made.method = 'dense';

INSERT INTO influences (comparison_id, epoch, bins)
SELECT train_id, epoch, (
    SELECT jsonb_agg(jsonb_build_object('bin', bin, 'examples', train / 20, 'el2n', bin / 20.0, 'el2nMin', bin / 20.0,
        'el2nMax', bin / 20.0, 'pies', train * bin / 1000, 'pieShare', bin / 50.0, 'lossDifference', 0.1,
        'lossDifferenceError', 0.01, 'lossRatio', 1.1, 'lossRatioError', 0.1, 'lossRatioOfMeans', 1.1,
        'lossRatioMedian', 1.1))
    FROM generate_series(1, 20) AS bin)
FROM trained CROSS JOIN generate_series(0, 1) AS epoch;

INSERT INTO training_maps (comparison_id, runs, epochs, cells)
SELECT train_id,
    (SELECT count(*) FROM made WHERE made.sweep_id = trained.sweep_id AND made.method = 'dense'), '{0,1}', (
    SELECT jsonb_agg(jsonb_build_object('variability', x / 80.0, 'confidence', y / 37.0, 'examples', 1 + train / 900,
        'pies', train / 9000))
    FROM generate_series(0, 40) AS x, generate_series(0, 37) AS y WHERE x / 80.0 <= sqrt(y / 37.0 * (1 - y / 37.0)))
FROM trained;

COMMIT;
VACUUM ANALYZE;
