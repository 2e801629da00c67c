#!/usr/bin/env bash
# Are PIEs above the seeds, in longer or harder texts, influential, in some classes, shared by methods: tables in Markdown.
# 18,000 SNLI pairs, a BiLSTM on GloVe vectors, dense, dense trained four times as long, IMP, MP-AI and RP-AI at 50, 70 and 90 %, ten seeds
# and ten dense ones more. Needs curl, jq, PIE_KEY where the service wants an API key, and a running service
# (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=10] reproduce/findings.sh <folder with snli_train18k.tsv, snli_dev.tsv, snli_test.tsv> [address]
set -euo pipefail

data=${1:?usage: reproduce/findings.sh <folder of the SNLI files> [address]}
api=${2:-http://127.0.0.1:5000}/api/v1
seeds=${SEEDS:-10}
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

# upload NAME TRAIN DEVELOPMENT TEST: the id of the dataset.
upload() {
    ask "$api/datasets" \
        -F 'definition={"name":"'"$1"'","task":"singleLabel","format":"tsv",
            "columns":{"text":"premise","secondText":"hypothesis","label":"gold_label"},
            "labels":["entailment","neutral","contradiction"]};type=application/json' \
        -F "train=@$2" -F "validation=@$3" -F "test=@$4" | jq -r .id
}

# A jq program with functions for numbers in tables.
numbers='
    def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
    def places(n): if . == null then "–" else . * pow(10; n) | round / pow(10; n) | tostring end;
    def interval: if . == null or .low == null then "" else " [\(.low | percent), \(.high | percent)]" end;
    def name: "\(.method) \(.sparsity) %\(if .baseline == "dense" then "" else " against \(.baseline)" end)";'

# comparisons SWEEP SPLIT [FILTER]: the analysed comparisons of a split, one JSON object a line.
comparisons() { ask "$api/sweeps/$1/analysis?pageSize=1000" | jq -c ".items[] | select(.split == \"$2\") | ${3:-.}"; }

beyond_the_seeds() {
    echo '| pruned | accuracy dense → pruned | PIE rate | noise floor (p95) | excess | significant PIEs | replicated | cross-fitted accuracy on PIEs |'
    echo '|---|---|---|---|---|---|---|---|'
    comparisons "$1" test | jq -r "$numbers"'
        "| \(.model) \(name) | \(.score.dense.mean | percent)\(.score.dense | interval) → \(.score.pruned.mean | percent)\(.score.pruned | interval) | \(.pieRate | percent) " +
        "| \(.noiseFloor.mean | percent) (\(.noiseFloor.p95 | percent)) | \(.excess.value | percent)\(.excess | interval) | \(.significantPies // "–") of \(.pies) " +
        "| \(.replication.share | percent) | \(.crossFit.onPies.dense | percent) → \(.crossFit.onPies.pruned | percent) |"'
}

texts() {
    local measures=(words information rareShare fleschKincaidGrade daleChallReadabilityScore pairOverlap) measure
    echo '| pruned | measure | PIEs | rest | Cliff'"'"'s delta | q | at equal length: delta |'
    echo '|---|---|---|---|---|---|---|'
    comparisons "$1" test 'select(.sparsity == 90 and .baseline == "dense")' | while read -r comparison; do
        for measure in "${measures[@]}"; do
            ask "$api/comparisons/$(jq -r .comparisonId <<<"$comparison")/texts" |
                jq -r --arg measure "$measure" --argjson comparison "$comparison" "$numbers"'
                    .items[] | select(.measure == $measure) |
                    "| \($comparison | name) | \(.measure) | \(.pies | places(3)) | \(.rest | places(3)) " +
                    "| \(.cliffsDelta.value | places(3)) [\(.cliffsDelta.low | places(3)), \(.cliffsDelta.high | places(3))] | \(.q | places(4)) | \(.lengthAdjusted.cliffsDelta | places(3)) |"'
        done
    done
}

influence() {
    echo '| pruned | PIE rate of the least influential fifth | middle fifth | most influential fifth |'
    echo '|---|---|---|---|'
    comparisons "$1" train 'select(.baseline == "dense")' | while read -r comparison; do
        ask "$api/comparisons/$(jq -r .comparisonId <<<"$comparison")/influence?epoch=0" |
            jq -r --argjson comparison "$comparison" "$numbers"'
                def rate(from; to): [.items[] | select(.bin >= from and .bin <= to)] | (map(.pies) | add) / (map(.examples) | add);
                "| \($comparison | name) | \(rate(1; 4) | percent) | \(rate(9; 12) | percent) | \(rate(17; 20) | percent) |"'
    done
}

classes() {
    echo '| pruned | label | PIE rate | residual | recall beyond the accuracy | q |'
    echo '|---|---|---|---|---|---|'
    ask "$api/sweeps/$1/classes?pageSize=1000" | jq -r "$numbers"'
        .items[] | select(.split == "test" and .sparsity == 90 and .baseline == "dense") |
        "| \(name) | \(.label) | \(.pieRate | percent) | \(.residual | places(1)) | \(.recallDifference.difference | percent)\(.recallDifference | interval) | \(.recallDifference.q | places(4)) |"'
}

overlaps() {
    echo '| first | second | shared | Jaccard | times chance | times chance at equal margin | z |'
    echo '|---|---|---|---|---|---|---|'
    ask "$api/sweeps/$1/overlaps?split=test&baseline=dense&sparsity=90&pageSize=1000" | jq -r "$numbers"'
        .items[] | "| \(.first | name) | \(.second | name) | \(.shared) | \(.jaccard | places(2)) | \(.ratio | places(2)) | \(.givenMargin.ratio | places(2)) | \(.givenMargin.z | places(1)) |"'
    echo
    echo "PIEs of every comparison with the dense models: $(ask "$api/sweeps/$1/pies?split=test&baseline=dense&minShare=1&pageSize=1" | jq .totalItems)"
}

dataset=$(upload 'snli 18k' "$data/snli_train18k.tsv" "$data/snli_dev.tsv" "$data/snli_test.tsv")
sweep=$(submit "$api" '{
    "name": "snli findings", "datasetId": "'"$dataset"'",
    "models": [{ "architecture": "BiLSTM", "vectors": "glove.100d.subset",
        "hyperparameters": { "epochs": 3, "batchSize": 128, "learningRate": 0.002, "maxLength": 128, "hiddenSize": 50 } }],
    "methods": ["IMP", "MP-AI", "RP-AI"], "sparsities": [50, 70, 90], "computeMatchedDense": true,
    "seeds": { "first": 0, "count": '"$seeds"' }, "extraDenseSeeds": '"$seeds"',
    "predictSplits": ["test", "train"], "observationEpochs": [0] }')
echo "dataset $dataset, sweep $sweep" >&2
await_sweep "$api" "$sweep"
for table in beyond_the_seeds texts influence classes overlaps; do
    echo
    "$table" "$sweep"
done
