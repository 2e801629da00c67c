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
    examples.split, examples.position, examples.id AS example_id,
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
    coalesce(runs.recipe ->> 'scope', 'layerWise') AS scope,
    packed.threshold
FROM run_predictions AS packed
JOIN runs ON runs.id = packed.run_id
JOIN datasets ON datasets.id = runs.dataset_id
JOIN examples ON examples.dataset_id = runs.dataset_id AND examples.split = packed.split
CROSS JOIN LATERAL (SELECT examples.labels::integer[] AS classes) AS gold
-- OFFSET 0 keeps this subquery separate: merged into the outer query, it would be unpacked again for each mention.
CROSS JOIN LATERAL (
    SELECT CASE datasets.task WHEN 'singleLabel' THEN ARRAY[pie_class(packed.classes, examples.position)]
        ELSE pie_set(packed.classes, examples.position, packed.class_count) END AS classes OFFSET 0) AS predicted;

CREATE VIEW pies AS
SELECT comparisons.sweep_id, comparisons.id AS comparison_id, comparisons.model, comparisons.method,
    comparisons.sparsity, comparisons.baseline, comparisons.split, label.position, examples.id AS example_id,
    examples.text, examples.second_text,
    datasets.labels[label.gold + 1] AS gold,
    datasets.labels[label.dense_mode + 1] AS dense, datasets.labels[label.pruned_mode + 1] AS pruned,
    votes.dense AS dense_votes, votes.pruned AS pruned_votes, label.margin,
    label.dense_tied OR label.pruned_tied AS tied, label.direction,
    pie_names(datasets.labels, examples.labels::integer[]) AS gold_labels,
    pie_names(datasets.labels, pie_majority(label.dense_mode, votes.dense, label.runs)) AS dense_labels,
    pie_names(datasets.labels, pie_majority(label.pruned_mode, votes.pruned, label.runs)) AS pruned_labels,
    comparisons.achieved_sparsity, label.el2n, label.influence_bin
FROM pie_labels AS label
JOIN comparisons ON comparisons.number = label.comparison_number
JOIN sweeps ON sweeps.id = comparisons.sweep_id
JOIN datasets ON datasets.id = sweeps.dataset_id
JOIN examples
    ON examples.dataset_id = datasets.id AND examples.split = comparisons.split AND examples.position = label.position
CROSS JOIN LATERAL (SELECT pie_votes(label.dense_votes) AS dense, pie_votes(label.pruned_votes) AS pruned) AS votes
WHERE label.is_pie;
