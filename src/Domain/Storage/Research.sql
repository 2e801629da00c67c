-- What a researcher reads in psql: predictions one by one, and PIEs with their texts. Schema.cs creates these functions
-- and views after the migrations, together with those of Scheduling.sql. The names of functions begin with pie_, by
-- which Schema.cs finds them.

CREATE FUNCTION pie_uint16(two_bytes bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN get_byte(two_bytes, 0) + 256 * get_byte(two_bytes, 1);

CREATE FUNCTION pie_class(classes bytea, place integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pie_uint16(substring(classes FROM 2 * place + 1 FOR 2));

-- The classes of an example of multi-label data: one bit each, the lowest bit of a byte first. OFFSET 0 keeps the slice
-- a subquery of its own here and below: merged into the outer query, the stored value is read again for each class.
CREATE FUNCTION pie_set(classes bytea, place integer, class_count integer) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT class
    FROM (
        SELECT substring(classes FROM place * ((class_count + 7) / 8) + 1 FOR (class_count + 7) / 8) AS slice OFFSET 0
    ) AS example,
        generate_series(0, class_count - 1) AS class
    WHERE get_bit(slice, class) = 1 ORDER BY class);

-- The votes of a cohort for each class, in label order.
CREATE FUNCTION pie_votes(packed bytea) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT pie_class(packed, class) FROM generate_series(0, length(packed) / 2 - 1) AS class ORDER BY class);

-- The majority of a cohort: its mode, or for multi-label data the classes that more than half of its runs predict.
CREATE FUNCTION pie_majority(mode smallint, votes integer[], runs integer) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN mode IS NULL
    THEN ARRAY(
        SELECT (place - 1)::integer FROM unnest(votes) WITH ORDINALITY AS vote(count, place)
        WHERE 2 * count > runs ORDER BY place)
    ELSE ARRAY[mode::integer] END;

-- The names of classes, in label order.
CREATE FUNCTION pie_names(labels text[], classes integer[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT labels[class + 1] FROM unnest(classes) AS class ORDER BY class);

-- An IEEE 754 binary16 number from its 16 bits.
CREATE FUNCTION pie_float16(bits integer) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (CASE WHEN bits >= 32768 THEN -1 ELSE 1 END * CASE (bits >> 10) & 31
    WHEN 0 THEN (bits & 1023) * power(2.0::float8, -24)
    WHEN 31 THEN CASE WHEN bits & 1023 = 0 THEN 'Infinity'::float8 ELSE 'NaN'::float8 END
    ELSE (1024 + (bits & 1023)) * power(2.0::float8, ((bits >> 10) & 31) - 25) END)::real;

-- Eight bytes as a whole number, the lowest byte first.
CREATE FUNCTION pie_int64(bytes bytea, place integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN get_byte(bytes, 8 * place) + (get_byte(bytes, 8 * place + 1)::bigint << 8)
    + (get_byte(bytes, 8 * place + 2)::bigint << 16) + (get_byte(bytes, 8 * place + 3)::bigint << 24)
    + (get_byte(bytes, 8 * place + 4)::bigint << 32) + (get_byte(bytes, 8 * place + 5)::bigint << 40)
    + (get_byte(bytes, 8 * place + 6)::bigint << 48) + (get_byte(bytes, 8 * place + 7)::bigint << 56);

-- An IEEE 754 binary64 number from its 64 bits; 4503599627370496 is 2^52.
CREATE FUNCTION pie_float64(bits bigint) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN bits < 0 THEN -1 ELSE 1 END * CASE (bits >> 52) & 2047
    WHEN 0 THEN (bits & 4503599627370495) * power(2.0::float8, -1074)
    WHEN 2047 THEN CASE WHEN bits & 4503599627370495 = 0 THEN 'Infinity'::float8 ELSE 'NaN'::float8 END
    ELSE (4503599627370496 + (bits & 4503599627370495)) * power(2.0::float8, ((bits >> 52) & 2047)::float8 - 1075) END;

CREATE FUNCTION pie_scores(scores bytea, place integer, class_count integer) RETURNS real[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT pie_float16(pie_uint16(substring(slice FROM 2 * class + 1 FOR 2)))
    FROM (SELECT substring(scores FROM 2 * place * class_count + 1 FOR 2 * class_count) AS slice OFFSET 0)
        AS example,
        generate_series(0, class_count - 1) AS class ORDER BY class);

-- One row for each run and example. It is fast for one example across runs, or for one run: filter by example_id or
-- run_id.
CREATE VIEW predictions AS
SELECT runs.id AS run_id, runs.dataset_id, runs.architecture, runs.method, runs.sparsity, runs.seed, runs.fingerprint,
    examples.split, examples.position, examples.id AS example_id, examples.source_id,
    -- NULL for multi-label data. Every dataset has gold_labels and predicted_labels.
    CASE datasets.task WHEN 'singleLabel' THEN datasets.labels[gold.classes[1] + 1] END AS gold,
    CASE datasets.task WHEN 'singleLabel' THEN datasets.labels[predicted.classes[1] + 1] END AS predicted,
    predicted.classes @> gold.classes AND predicted.classes <@ gold.classes AS correct,
    pie_scores(packed.scores, examples.position, packed.class_count) AS scores,
    -- A model is named by its sweep. A run has its name in the sweep that asked for it first, or in the oldest one
    -- left.
    (SELECT link.model FROM sweep_runs AS link WHERE link.run_id = runs.id
        ORDER BY link.sweep_id <> runs.sweep_id, link.sweep_id LIMIT 1) AS model,
    pie_names(datasets.labels, gold.classes) AS gold_labels,
    pie_names(datasets.labels, predicted.classes) AS predicted_labels,
    runs.achieved_sparsity, runs.recipe ->> 'protocol' AS protocol,
    CASE WHEN runs.recipe IS NOT NULL THEN coalesce(runs.recipe ->> 'scope', 'layerWise') END AS scope,
    packed.threshold, runs.cohort
FROM run_predictions AS packed
JOIN runs ON runs.id = packed.run_id
JOIN datasets ON datasets.id = runs.dataset_id
JOIN examples ON examples.dataset_id = runs.dataset_id AND examples.split = packed.split
CROSS JOIN LATERAL (SELECT examples.labels::integer[] AS classes) AS gold
-- OFFSET 0 keeps this subquery separate: merged into the outer query, it would be unpacked again for each mention.
CROSS JOIN LATERAL (
    SELECT CASE datasets.task WHEN 'singleLabel' THEN ARRAY[pie_class(packed.classes, examples.position)]
        ELSE pie_set(packed.classes, examples.position, packed.class_count) END AS classes OFFSET 0) AS predicted;

-- The predictions of all runs of a dataset for one example as they are stored, for the API, which unpacks them faster
-- than the functions here. classes and scores have the bytes of this example only. PostgreSQL must be able to inline
-- the function, or a page would read all runs: it stays one SELECT in SQL, STABLE, not STRICT, without SET. The caller
-- passes the place and the task, so that examples and datasets are not joined; after such a join, parallel workers do
-- not fetch the bytes.
CREATE FUNCTION pie_packed_predictions(of_dataset uuid, of_split text, place integer, is_multi_label boolean)
RETURNS TABLE (
    run_id uuid, sweep_id uuid, architecture text, method text, sparsity numeric, achieved_sparsity double precision,
    cohort text, protocol text, scope text, seed integer, class_count integer, classes bytea, scores bytea)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT runs.id, runs.sweep_id, runs.architecture, runs.method, runs.sparsity, runs.achieved_sparsity, runs.cohort,
        runs.recipe ->> 'protocol',
        CASE WHEN runs.recipe IS NOT NULL THEN coalesce(runs.recipe ->> 'scope', 'layerWise') END, runs.seed,
        packed.class_count,
        substring(packed.classes FROM place * width.classes + 1 FOR width.classes),
        substring(packed.scores FROM place * width.scores + 1 FOR width.scores)
    FROM runs
    JOIN run_predictions AS packed ON packed.run_id = runs.id AND packed.split = of_split
    CROSS JOIN LATERAL (
        SELECT CASE WHEN is_multi_label THEN (packed.class_count + 7) / 8 ELSE 2 END AS classes,
            2 * packed.class_count AS scores) AS width
    WHERE runs.dataset_id = of_dataset
$$;

-- Every example of every comparison that is labelled, PIE or not: filter by comparison_id. The names are those of the
-- JSON members of GET /comparisons/{id}/examples.
CREATE VIEW comparison_examples AS
SELECT comparisons.sweep_id, comparisons.id AS comparison_id, comparisons.model, comparisons.method,
    comparisons.sparsity, comparisons.baseline, comparisons.split, label.position, examples.id AS example_id,
    examples.source_id, examples.text, examples.second_text,
    datasets.labels[label.gold + 1] AS gold,
    datasets.labels[label.dense_mode + 1] AS dense, datasets.labels[label.pruned_mode + 1] AS pruned,
    votes.dense AS dense_votes, votes.pruned AS pruned_votes, label.margin,
    label.dense_tied OR label.pruned_tied AS tied, label.direction,
    pie_names(datasets.labels, examples.labels::integer[]) AS gold_labels,
    pie_names(datasets.labels, pie_majority(label.dense_mode, votes.dense, label.dense_runs)) AS dense_labels,
    pie_names(datasets.labels, pie_majority(label.pruned_mode, votes.pruned, label.pruned_runs)) AS pruned_labels,
    comparisons.achieved_sparsity, label.el2n, label.influence_bin,
    label.p, label.q, label.paired_p, label.paired_q, label.inclusion, label.taxicab, label.shift,
    label.self_confidence, label.replicated, label.is_pie, sweeps.dataset_id,
    comparisons.cohort, comparisons.compression, comparisons.bits
FROM pie_labels AS label
JOIN comparisons ON comparisons.number = label.comparison_number
JOIN sweeps ON sweeps.id = comparisons.sweep_id
JOIN datasets ON datasets.id = sweeps.dataset_id
JOIN examples
    ON examples.dataset_id = datasets.id AND examples.split = comparisons.split AND examples.position = label.position
CROSS JOIN LATERAL (SELECT pie_votes(label.dense_votes) AS dense, pie_votes(label.pruned_votes) AS pruned) AS votes;

-- The measures of the texts of each split that has a labelled comparison, one row for each example and measure; NULL if
-- the text has no value. Join it with comparison_examples by dataset_id, split and position, and filter by part and
-- measure; those that count syllables have a row for each value of syllables.
CREATE VIEW text_measures AS
SELECT stored.dataset_id, stored.split, stored.start + place AS position, stored.part, stored.measure, stored.syllables,
    nullif(pie_float64(value.bits), 'NaN') AS value
FROM text_values AS stored
-- With ||, a stored value is read and decompressed once, not for each of its bytes. OFFSET 0 as in predictions.
CROSS JOIN LATERAL (SELECT stored.packed || ''::bytea AS packed OFFSET 0) AS block
CROSS JOIN LATERAL generate_series(0, length(block.packed) / 8 - 1) AS place
CROSS JOIN LATERAL (SELECT pie_int64(block.packed, place) AS bits OFFSET 0) AS value;

CREATE VIEW pies AS SELECT * FROM comparison_examples WHERE is_pie;

CREATE FUNCTION pie_number(document jsonb, VARIADIC path text[]) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (document #>> path)::double precision;

-- The analysis of each comparison that is labelled, one row each: the numbers of GET /comparisons/{id}/analysis,
-- with the names of GET /sweeps/{id}/analysis in snake case, and those of the document where the table has none.
-- significant_examples and significant_pies have a q of at most 0.05. The interval of a mean score is not here, because
-- it needs a quantile of Student's t, and the tests of flips.accuracyChange are not, because they need binomial
-- probabilities.
CREATE VIEW analyses AS
SELECT comparisons.sweep_id, comparisons.id AS comparison_id, comparisons.model, comparisons.architecture,
    comparisons.method, comparisons.sparsity, comparisons.baseline, comparisons.split, comparisons.achieved_sparsity,
    comparisons.is_complete AS complete, pie_number(summary, 'denseSeeds')::integer AS seeds_dense,
    pie_number(summary, 'prunedSeeds')::integer AS seeds_pruned,
    pie_number(summary, 'examples')::integer AS examples, pie_number(summary, 'pies')::integer AS pies,
    pie_number(summary, 'pies') / nullif(pie_number(summary, 'examples'), 0) AS pie_rate,
    pie_number(summary, 'noiseFloor', 'mean') AS noise_floor_mean, pie_number(summary, 'churn', 'mean') AS churn_mean,
    pie_number(summary, 'denseScore', 'mean') AS score_dense_mean,
    pie_number(summary, 'denseScore', 'sd') AS score_dense_sd,
    pie_number(summary, 'prunedScore', 'mean') AS score_pruned_mean,
    pie_number(summary, 'prunedScore', 'sd') AS score_pruned_sd,
    pie_number(result, 'significance', 'testable')::integer AS testable,
    pie_number(significant, 'examples')::integer AS significant_examples,
    pie_number(significant, 'pies')::integer AS significant_pies,
    result #>> '{significance,reason}' AS significance_reason,
    pie_number(result, 'effect', 'excess', 'value') AS excess_value,
    pie_number(result, 'effect', 'excess', 'se') AS excess_se,
    pie_number(result, 'effect', 'excess', 'low') AS excess_low,
    pie_number(result, 'effect', 'excess', 'high') AS excess_high,
    pie_number(result, 'effect', 'overDense', 'value') AS over_dense_value,
    pie_number(result, 'effect', 'overDense', 'se') AS over_dense_se,
    pie_number(result, 'effect', 'overDense', 'low') AS over_dense_low,
    pie_number(result, 'effect', 'overDense', 'high') AS over_dense_high,
    pie_number(result, 'halves', 'modal', 'excess') AS halves_excess,
    pie_number(result, 'halves', 'modal', 'p05') AS halves_p05,
    pie_number(result, 'halves', 'modal', 'p50') AS halves_p50,
    pie_number(result, 'halves', 'modal', 'p95') AS halves_p95,
    pie_number(result, 'halves', 'modal', 'seedShare') AS halves_seed_share,
    pie_number(result, 'halves', 'jaccard') AS halves_jaccard,
    pie_number(result, 'halves', 'recurrence') AS halves_recurrence,
    pie_number(result, 'halves', 'pies') AS cross_fit_pies,
    pie_number(result, 'halves', 'onPies', 'dense') AS cross_fit_on_pies_dense,
    pie_number(result, 'halves', 'onPies', 'pruned') AS cross_fit_on_pies_pruned,
    pie_number(result, 'halves', 'onPiesRuns', 'dense') AS cross_fit_on_pies_runs_dense,
    pie_number(result, 'halves', 'onPiesRuns', 'pruned') AS cross_fit_on_pies_runs_pruned,
    pie_number(result, 'halves', 'onRest', 'dense') AS cross_fit_on_rest_dense,
    pie_number(result, 'halves', 'onRest', 'pruned') AS cross_fit_on_rest_pruned,
    pie_number(result, 'halves', 'onOwnPies', 'dense') AS cross_fit_on_own_pies_dense,
    pie_number(result, 'halves', 'onOwnPies', 'pruned') AS cross_fit_on_own_pies_pruned,
    pie_number(result, 'stability', 'expectedFlips') AS stability_expected_flips,
    pie_number(result, 'stability', 'expectedJaccard') AS stability_expected_jaccard,
    pie_number(result, 'classDistribution', 'chiSquare') AS class_distribution_chi_square,
    coalesce(
        pie_number(result, 'classDistribution', 'permutationP'),
        pie_number(result, 'classDistribution', 'p')) AS class_distribution_p,
    pie_number(result, 'classDistribution', 'cramersV') AS class_distribution_cramers_v,
    pie_number(result, 'multiplicity', 'dense', 'selfConsistency') AS multiplicity_dense_self_consistency,
    pie_number(result, 'multiplicity', 'pruned', 'selfConsistency') AS multiplicity_pruned_self_consistency,
    pie_number(result, 'collapse', 'dense', 'runs')::integer AS collapse_dense_runs,
    pie_number(result, 'collapse', 'dense', 'collapsed')::integer AS collapse_dense_collapsed,
    result #>> '{collapse,dense,state}' AS collapse_dense_state,
    pie_number(result, 'collapse', 'pruned', 'runs')::integer AS collapse_pruned_runs,
    pie_number(result, 'collapse', 'pruned', 'collapsed')::integer AS collapse_pruned_collapsed,
    result #>> '{collapse,pruned,state}' AS collapse_pruned_state,
    pie_number(result, 'replication', 'seeds')::integer AS replication_seeds,
    pie_number(result, 'replication', 'pies')::integer AS replication_pies,
    pie_number(result, 'replication', 'replicated')::integer AS replication_replicated,
    pie_number(result, 'replication', 'replicated') / nullif(pie_number(result, 'replication', 'pies'), 0)
        AS replication_share,
    pie_number(result, 'flips', 'rightToWrong') AS flips_right_to_wrong,
    pie_number(result, 'flips', 'wrongToRight') AS flips_wrong_to_right,
    pie_number(result, 'flips', 'wrongToOtherWrong') AS flips_wrong_to_other_wrong,
    pie_number(result, 'flips', 'bothRight') AS flips_both_right,
    pie_number(result, 'flips', 'sameWrong') AS flips_same_wrong,
    pie_number(result, 'flips', 'flips') AS flips_flips, pie_number(result, 'flips', 'changes') AS flips_changes,
    pie_number(result, 'flips', 'direction') AS flips_direction, pie_number(result, 'noiseFlips') AS flips_noise_flips,
    pie_number(result, 'clusterSe') AS flips_accuracy_change_cluster_se,
    pie_number(result, 'divergence', 'kl', 'mean') AS kl_mean, pie_number(result, 'divergence', 'kl', 'p50') AS kl_p50,
    pie_number(result, 'divergence', 'kl', 'p95') AS kl_p95,
    pie_number(result, 'divergence', 'js', 'mean') AS js_mean, pie_number(result, 'divergence', 'js', 'p50') AS js_p50,
    pie_number(result, 'divergence', 'js', 'p95') AS js_p95,
    pie_number(result, 'divergence', 'margin', 'auc') AS margin_auc,
    pie_number(result, 'conformal', 'dense', 'meanSize') AS conformal_dense_mean_size,
    pie_number(result, 'conformal', 'pruned', 'meanSize') AS conformal_pruned_mean_size,
    analysis.version AS analysis_version, analysis.analysed_at,
    comparisons.cohort, comparisons.compression, comparisons.bits
FROM comparison_analyses AS analysis
JOIN comparisons ON comparisons.id = analysis.comparison_id
CROSS JOIN LATERAL (
    -- Imported models that were made of the baseline's run of their seed have the paired test.
    SELECT jsonb_path_query_first(
        CASE comparisons.pairing WHEN 'model' THEN result #> '{significance,paired}' ELSE result -> 'significance' END,
        '$.atMost[*] ? (@.maxQ == 0.05)') AS significant) AS found;

-- The labels of each comparison, one row each: the numbers of GET /comparisons/{id}/classes.
CREATE VIEW classes AS
SELECT comparisons.sweep_id, comparisons.id AS comparison_id, comparisons.model, comparisons.method,
    comparisons.sparsity, comparisons.baseline, comparisons.split, datasets.labels[class.place] AS label,
    pie_number(class.score, 'examples')::integer AS examples, pie_number(class.score, 'pies')::integer AS pies,
    pie_number(class.score, 'pies') / nullif(pie_number(class.score, 'examples'), 0) AS pie_rate,
    pie_number(class.score, 'dense', 'recall', 'mean') AS dense_recall_mean,
    pie_number(class.score, 'pruned', 'recall', 'mean') AS pruned_recall_mean,
    pie_number(class.score, 'dense', 'f1', 'mean') AS dense_f1_mean,
    pie_number(class.score, 'pruned', 'f1', 'mean') AS pruned_f1_mean,
    pie_number(class.score, 'residual') AS residual,
    pie_number(class.score, 'recall', 'test', 'difference') AS recall_difference_difference,
    pie_number(class.score, 'recall', 'test', 'p') AS recall_difference_p,
    pie_number(class.score, 'recall', 'holm') AS recall_difference_holm,
    pie_number(class.score, 'recall', 'q') AS recall_difference_q,
    comparisons.cohort, comparisons.compression, comparisons.bits
FROM class_scores
JOIN comparisons ON comparisons.id = class_scores.comparison_id
JOIN sweeps ON sweeps.id = comparisons.sweep_id
JOIN datasets ON datasets.id = sweeps.dataset_id
CROSS JOIN LATERAL jsonb_array_elements(class_scores.classes) WITH ORDINALITY AS class (score, place);
