#!/usr/bin/env bash
# Protocol paper against the published code on TREC: dense, IMP at 90 %, RP-AI at 90 %, eight seeds of each. Both sides draw
# their own initial weights and orders, so they agree in distribution, not seed by seed.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=8] [EPOCHS=6] reproduce/trec.sh <folder with raw_TREC.train, raw_TREC.test> <folder with the published accuracy.json> [address]
set -euo pipefail
usage='usage: reproduce/trec.sh <folder of the TREC files> <folder of accuracy.json> [address]'
data=${1:?$usage}
published=${2:?$usage}/accuracy.json
api=${3:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/trec-dataset.sh"
[[ -r $published ]] || { echo "There is no $published" >&2; exit 2; }
(( ${SEEDS:-8} >= 2 )) || { echo 'SEEDS must be at least 2: one seed has no deviation' >&2; exit 2; }

dataset=$(upload_trec "$api" "$data")
sweep=$(submit "$api" '{
    "name": "trec against the published code", "datasetId": "'"$dataset"'", "protocol": "paper",
    "models": [{ "architecture": "BiLSTM", "vectors": "glove.100d.subset", "hyperparameters":
        { "epochs": '"${EPOCHS:-6}"', "batchSize": 128, "learningRate": 0.002, "maxLength": 24, "hiddenSize": 100 } }],
    "methods": ["IMP", "RP-AI"], "sparsities": [90], "seeds": { "first": 0, "count": '"${SEEDS:-8}"' }, "observationEpochs": [] }')
echo "dataset $dataset, sweep $sweep"
await_sweep "$api" "$sweep"

# One line for each configuration: its name, achieved sparsity in percent (ours, published), accuracies (ours, published).
ask "$api/sweeps/$sweep/runs?pageSize=1000" | jq -r --slurpfile published "$published" '
    .items | group_by([.method, .sparsity]) | .[] | "\(.[0].method) \(.[0].sparsity)" as $name
    | ($published[0].accuracy[$name] // error("the published accuracies have none of \($name)")) as $theirs
    | [ $name, (map(.achievedSparsity) | add / length),
        ($published[0].compression_after_each_pruning[$name] | map((.[-1] // 1) | 100 * (1 - 1 / .)) | add / length),
        (map(.test.accuracy) | map(tostring) | join(" ")), ($theirs | map(tostring) | join(" ")) ] | @tsv' |
awk -F '\t' '
    # Mean and squared standard error of the mean of the numbers in a text.
    function summarise(text,    values, i, sum) {
        n = split(text, values, " "); mean = square = 0
        for (i = 1; i <= n; i++) mean += values[i] / n
        for (i = 1; i <= n; i++) square += (values[i] - mean) ^ 2 / (n - 1) / n
    }
    # The integral of cos(x)^power from 0 to end, by the midpoint rule.
    function integral(end, power,    i, sum) {
        sum = 0
        for (i = 0.5; i < 2000; i++) sum += cos(end * i / 2000) ^ power
        return sum * end / 2000
    }
    # t with P(|T| < t) = share, T of Student with df degrees of freedom: with T = sqrt(df) tan(x) the density is cos(x)^(df-1).
    function student(share, df,    low, high, middle, i, whole) {
        low = 0; high = atan2(1, 0); whole = integral(high, df - 1)
        for (i = 0; i < 40; i++) {
            middle = (low + high) / 2
            if (integral(middle, df - 1) < share * whole) low = middle; else high = middle
        }
        return sqrt(df) * sin(low) / cos(low)
    }
    {
        summarise($4); ours = mean; ourError = square; ourCount = n
        summarise($5); theirs = mean; theirError = square; theirCount = n
        error = ourError + theirError
        df = error ^ 2 / (ourError ^ 2 / (ourCount - 1) + theirError ^ 2 / (theirCount - 1))
        half = student(0.9, df) * sqrt(error); low = ours - theirs - half; high = ours - theirs + half
        printf "%s %%: accuracy %.4f (sd %.4f, %d seeds), published %.4f (sd %.4f, %d seeds)\n", $1, ours, sqrt(ourError * ourCount), ourCount, theirs, sqrt(theirError * theirCount), theirCount
        printf "    difference %+.4f, 90 %% interval [%+.4f, %+.4f] (Welch, %.1f degrees of freedom): %s zero, %s within 0.04 of it\n", ours - theirs, low, high, df, \
            (low <= 0 && high >= 0 ? "contains" : "does not contain"), (low >= -0.04 && high <= 0.04 ? "lies" : "does not lie")
        printf "    achieved sparsity %.4f %%, published %.4f %%\n", $2, $3
    }'
