-- A finished sweep as commit 128f670 stored it: a dense and a pruned cohort of two runs each, their PIEs on eight examples.
-- Added by hand: the vectors, the metrics, the worker, and an achieved sparsity that is not the target. The fingerprints are of runs without vectors.

INSERT INTO datasets (id, name, task, labels, content_hash, splits, created_at) VALUES
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'toy', 'singleLabel', '{no,maybe,yes}', 'sha256:01a2197caff170f49a089e4609c81066',
        '[{"split": "train", "tokens": {"max": 9, "p50": 5, "p95": 8, "mean": 5}, "examples": 30, "perLabel": [10, 10, 10]},
          {"split": "test", "tokens": {"max": 9, "p50": 5, "p95": 8, "mean": 5}, "examples": 8, "perLabel": [3, 3, 2]}]', '2026-11-24 17:00Z');

INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels) VALUES
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 0, 'deb6bdb7-ea2a-86ee-b5d8-380e607e1caf', 'test:0', 'text 0', '{0}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 1, '88e08387-c16e-8c5e-819e-2a6578be20a1', 'test:1', 'text 1', '{1}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 2, '2c5ff292-5474-8a0d-9fa8-b2b1ab2c2dd2', 'test:2', 'text 2', '{2}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 3, '66e20b46-0d4a-8aa6-844a-6b760c40adca', 'test:3', 'text 3', '{0}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 4, '86145983-7f75-85d6-9dd9-4fcde0d2c566', 'test:4', 'text 4', '{1}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 5, 'ba261e85-dd9c-8676-814a-a5de2ecd79ae', 'test:5', 'text 5', '{2}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 6, '4d1930c7-91d0-8477-b7c9-d422aac753e3', 'test:6', 'text 6', '{0}'),
    ('01a2197c-aff1-70f4-9a08-9e4609c81066', 'test', 7, '07ccaca3-ede4-8ce6-b3d1-0fe2e51d84f8', 'test:7', 'text 7', '{1}');

INSERT INTO sweeps (id, name, dataset_id, request, created_at) VALUES
    ('01a2197c-bd81-7c28-9d05-c211807d4c16', 'a sweep', '01a2197c-aff1-70f4-9a08-9e4609c81066',
        '{"name": "a sweep", "scope": "layerWise", "seeds": {"count": 2, "first": 0}, "models": [{"name": null, "vectors": "glove", "checkpoint": null, "architecture": "BiLSTM",
          "hyperparameters": {"epochs": 2, "batchSize": 64, "maxLength": 128, "hiddenSize": 100, "learningRate": 0.001, "embeddingSize": 100}}],
          "methods": ["IMP"], "priority": "normal", "protocol": "sound", "datasetId": "01a2197c-aff1-70f4-9a08-9e4609c81066", "keepModels": "none", "sparsities": [90],
          "predictSplits": null, "extraDenseSeeds": 0, "observationEpochs": null, "computeMatchedDense": false}', '2026-11-24 17:01Z');

INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, seed, architecture, method, sparsity, trunk_run_id, state, priority, ordinal,
    epochs_total, epochs_done, attempts, interruptions, lease_epoch, worker, device, outcome, prediction_hash, achieved_sparsity,
    predict_splits, predicted_splits, is_repeatable, created_at, started_at, finished_at) VALUES
    ('01a2197c-be41-772e-8355-67a9b4ad3197', '01a2197c-aff1-70f4-9a08-9e4609c81066', '01a2197c-bd81-7c28-9d05-c211807d4c16', 'r1:0fd9cc03738e8e1a70bc14197f8f0670c60792484daf6e7fe77280852ad904ac',
        '{"method": "dense", "vectors": "glove", "protocol": "sound", "sparsity": 0, "datasetHash": "sha256:01a2197caff170f49a089e4609c81066", "architecture": "BiLSTM", "hyperparameters": {"epochs": 2, "batchSize": 64, "maxLength": 128, "hiddenSize": 100, "learningRate": 0.001, "embeddingSize": 100}}',
        0, 'BiLSTM', 'dense', 0, NULL, 'succeeded', 1, 0, 2, 2, 1, 0, 1, 'a worker', 'cpu',
        '{"test": {"loss": 1.1, "macroF1": 0.4, "accuracy": 0.5}, "tensors": [{"kept": 20, "name": "l1.weight", "size": 200}], "threads": 1, "versions": "test", "cpuCapability": "avx2", "vectorsSha256": "0123"}',
        'sha256:74b361319dbfce1b04d28c8365f7d0f814930030d087a6c3e410e59f5db38871', 0, '{test}', '{test}', true, '2026-11-24 17:01Z', '2026-11-24 17:02Z', '2026-11-24 17:03Z'),
    ('01a2197c-be41-7a5d-ab7b-e97fac8a8eba', '01a2197c-aff1-70f4-9a08-9e4609c81066', '01a2197c-bd81-7c28-9d05-c211807d4c16', 'r1:0fd9cc03738e8e1a70bc14197f8f0670c60792484daf6e7fe77280852ad904ac',
        '{"method": "dense", "vectors": "glove", "protocol": "sound", "sparsity": 0, "datasetHash": "sha256:01a2197caff170f49a089e4609c81066", "architecture": "BiLSTM", "hyperparameters": {"epochs": 2, "batchSize": 64, "maxLength": 128, "hiddenSize": 100, "learningRate": 0.001, "embeddingSize": 100}}',
        1, 'BiLSTM', 'dense', 0, NULL, 'succeeded', 1, 1, 2, 2, 1, 0, 1, 'a worker', 'cpu',
        '{"test": {"loss": 1.1, "macroF1": 0.4, "accuracy": 0.5}, "tensors": [{"kept": 20, "name": "l1.weight", "size": 200}], "threads": 1, "versions": "test", "cpuCapability": "avx2", "vectorsSha256": "0123"}',
        'sha256:74b361319dbfce1b04d28c8365f7d0f814930030d087a6c3e410e59f5db38871', 0, '{test}', '{test}', true, '2026-11-24 17:01Z', '2026-11-24 17:02Z', '2026-11-24 17:03Z'),
    ('01a2197c-be41-7700-8ae1-f34ce53073dc', '01a2197c-aff1-70f4-9a08-9e4609c81066', '01a2197c-bd81-7c28-9d05-c211807d4c16', 'r1:a31a20e2e33629890513b6771e0a7615b4a722da6bb42e503b20f71f2fe114c8',
        '{"method": "IMP", "vectors": "glove", "protocol": "sound", "sparsity": 90, "datasetHash": "sha256:01a2197caff170f49a089e4609c81066", "architecture": "BiLSTM", "hyperparameters": {"epochs": 2, "batchSize": 64, "maxLength": 128, "hiddenSize": 100, "learningRate": 0.001, "embeddingSize": 100}}',
        0, 'BiLSTM', 'IMP', 90, '01a2197c-be41-772e-8355-67a9b4ad3197', 'succeeded', 1, 2, 8, 8, 1, 0, 1, 'a worker', 'cpu',
        '{"test": {"loss": 1.1, "macroF1": 0.4, "accuracy": 0.5}, "tensors": [{"kept": 20, "name": "l1.weight", "size": 200}], "threads": 1, "versions": "test", "cpuCapability": "avx2", "vectorsSha256": "0123"}',
        'sha256:7b4afa9b48527fe2b8546658eafc20ac70a2a173cce64411691cb4bbd7eba241', 90, '{test}', '{test}', true, '2026-11-24 17:01Z', '2026-11-24 17:02Z', '2026-11-24 17:03Z'),
    ('01a2197c-be41-7ef2-9a61-b143e9a8493d', '01a2197c-aff1-70f4-9a08-9e4609c81066', '01a2197c-bd81-7c28-9d05-c211807d4c16', 'r1:a31a20e2e33629890513b6771e0a7615b4a722da6bb42e503b20f71f2fe114c8',
        '{"method": "IMP", "vectors": "glove", "protocol": "sound", "sparsity": 90, "datasetHash": "sha256:01a2197caff170f49a089e4609c81066", "architecture": "BiLSTM", "hyperparameters": {"epochs": 2, "batchSize": 64, "maxLength": 128, "hiddenSize": 100, "learningRate": 0.001, "embeddingSize": 100}}',
        1, 'BiLSTM', 'IMP', 90, '01a2197c-be41-7a5d-ab7b-e97fac8a8eba', 'succeeded', 1, 3, 8, 8, 1, 0, 1, 'a worker', 'cpu',
        '{"test": {"loss": 1.1, "macroF1": 0.4, "accuracy": 0.5}, "tensors": [{"kept": 20, "name": "l1.weight", "size": 200}], "threads": 1, "versions": "test", "cpuCapability": "avx2", "vectorsSha256": "0123"}',
        'sha256:7b4afa9b48527fe2b8546658eafc20ac70a2a173cce64411691cb4bbd7eba241', 90, '{test}', '{test}', true, '2026-11-24 17:01Z', '2026-11-24 17:02Z', '2026-11-24 17:03Z');

INSERT INTO sweep_runs (sweep_id, run_id, ordinal, model, shared_epochs) VALUES
    ('01a2197c-bd81-7c28-9d05-c211807d4c16', '01a2197c-be41-772e-8355-67a9b4ad3197', 0, 'bilstm', 0),
    ('01a2197c-bd81-7c28-9d05-c211807d4c16', '01a2197c-be41-7a5d-ab7b-e97fac8a8eba', 1, 'bilstm', 0),
    ('01a2197c-bd81-7c28-9d05-c211807d4c16', '01a2197c-be41-7700-8ae1-f34ce53073dc', 2, 'bilstm', 2),
    ('01a2197c-bd81-7c28-9d05-c211807d4c16', '01a2197c-be41-7ef2-9a61-b143e9a8493d', 3, 'bilstm', 2);

INSERT INTO run_metrics (run_id, epoch, split, loss, accuracy, macro_f1, seconds) VALUES
    ('01a2197c-be41-772e-8355-67a9b4ad3197', 1, 'train', 1.2, 0.4, 0.3, 2),
    ('01a2197c-be41-772e-8355-67a9b4ad3197', 1, 'test', 1.1, 0.5, 0.4, 1);

INSERT INTO run_predictions (run_id, split, examples, class_count, classes, scores) VALUES
    ('01a2197c-be41-772e-8355-67a9b4ad3197', 'test', 8, 3, '\x00000100020000000100020000000100',
        '\x000000340038003a003c003d003e003f00408040004180410042804200438043004440448044c044004540458045c045'),
    ('01a2197c-be41-7a5d-ab7b-e97fac8a8eba', 'test', 8, 3, '\x00000100020000000100020000000100',
        '\x000000340038003a003c003d003e003f00408040004180410042804200438043004440448044c044004540458045c045'),
    ('01a2197c-be41-7700-8ae1-f34ce53073dc', 'test', 8, 3, '\x01000100020000000200020000000100',
        '\x000000340038003a003c003d003e003f00408040004180410042804200438043004440448044c044004540458045c045'),
    ('01a2197c-be41-7ef2-9a61-b143e9a8493d', 'test', 8, 3, '\x01000100020000000200020000000100',
        '\x000000340038003a003c003d003e003f00408040004180410042804200438043004440448044c044004540458045c045');

INSERT INTO comparisons (id, sweep_id, ordinal, model, architecture, method, sparsity, baseline, split, dense_fingerprint, pruned_fingerprint,
    expected_seeds, labelling_asked_at, labelled_at, summary) VALUES
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', '01a2197c-bd81-7c28-9d05-c211807d4c16', 0, 'bilstm', 'BiLSTM', 'IMP', 90, 'dense', 'test', 'r1:0fd9cc03738e8e1a70bc14197f8f0670c60792484daf6e7fe77280852ad904ac', 'r1:a31a20e2e33629890513b6771e0a7615b4a722da6bb42e503b20f71f2fe114c8',
        2, '2026-11-24 17:04Z', '2026-11-24 17:04Z',
        '{"pies": 2, "complete": true, "examples": 8, "denseTies": 0, "denseScore": {"sd": 0, "mean": 1}, "denseSeeds": 2, "prunedTies": 0, "denseOnPies": 1,
          "prunedScore": {"sd": 0, "mean": 0.75}, "prunedSeeds": 2, "prunedOnPies": 0, "achievedSparsity": {"sd": 0, "mean": 89.5}}');

INSERT INTO pie_labels (comparison_id, position, example_id, gold, dense_votes, pruned_votes, dense_mode, pruned_mode, dense_tied, pruned_tied, margin, is_pie, direction) VALUES
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 0, 'deb6bdb7-ea2a-86ee-b5d8-380e607e1caf', 0, '{2,0,0}', '{0,2,0}', 0, 1, false, false, 1, true, 'denseRight'),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 1, '88e08387-c16e-8c5e-819e-2a6578be20a1', 1, '{0,2,0}', '{0,2,0}', 1, 1, false, false, 1, false, NULL),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 2, '2c5ff292-5474-8a0d-9fa8-b2b1ab2c2dd2', 2, '{0,0,2}', '{0,0,2}', 2, 2, false, false, 1, false, NULL),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 3, '66e20b46-0d4a-8aa6-844a-6b760c40adca', 0, '{2,0,0}', '{2,0,0}', 0, 0, false, false, 1, false, NULL),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 4, '86145983-7f75-85d6-9dd9-4fcde0d2c566', 1, '{0,2,0}', '{0,0,2}', 1, 2, false, false, 1, true, 'denseRight'),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 5, 'ba261e85-dd9c-8676-814a-a5de2ecd79ae', 2, '{0,0,2}', '{0,0,2}', 2, 2, false, false, 1, false, NULL),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 6, '4d1930c7-91d0-8477-b7c9-d422aac753e3', 0, '{2,0,0}', '{2,0,0}', 0, 0, false, false, 1, false, NULL),
    ('01a2197c-bf95-7e37-87d7-351e44e8d7b7', 7, '07ccaca3-ede4-8ce6-b3d1-0fe2e51d84f8', 1, '{0,2,0}', '{0,2,0}', 1, 1, false, false, 1, false, NULL);

INSERT INTO workers (id, machine, slots, device, vectors, models, started_at, last_beat_at) VALUES
    ('a worker', 'box', 1, 'cpu', '{glove}', '[]', '2026-11-24 17:00Z', now());
