#!/usr/bin/env bash
# Reuters (ModApte, topics with at least 20 training documents), AAPD or IMDB with a BiLSTM: dense, IMP at 50 and 90 %, IIBP at 90 %, three
# seeds and as many dense ones more for the noise floor: tables in Markdown, with what a model would score that always says the same.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=3] [EPOCHS=…] [BATCH=…] [HIDDEN=50] [LENGTH=…] reproduce/study-data.sh reuters|aapd|imdb <folder of its files> [address]
set -euo pipefail
usage='usage: reproduce/study-data.sh reuters|aapd|imdb <folder of its files> [address]'
name=${1:?$usage}
data=${2:?$usage}
api=${3:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

case $name in
reuters)
    parts=(-F "file=@$data/reuters21578.tar.gz" -F 'definition={"name":"reuters","task":"multiLabel","format":"reuters21578","minimumDocuments":20};type=application/json')
    epochs=10 batch=64 length=64 ;;
aapd)       # its validation split is what is trained on
    parts=(-F "train=@$data/aapd_val.jsonl" -F "test=@$data/aapd_test.jsonl" -F 'definition={"name":"aapd","task":"multiLabel","format":"aapd"};type=application/json')
    epochs=15 batch=16 length=96 ;;
imdb)
    parts=(-F "train=@$data/imdb_train_2500.tsv" -F "test=@$data/imdb_test_2500.tsv" -F 'definition={"name":"imdb","task":"singleLabel","format":"tsv",
        "columns":{"text":"text","label":"label"},"labels":["neg","pos"]};type=application/json')
    epochs=6 batch=64 length=128 ;;
*) echo "$usage" >&2; exit 2 ;;
esac

dataset=$(ask "$api/datasets" "${parts[@]}" | jq -r .id)
# Two sweeps, since a sweep has every method at every sparsity; they share their dense runs.
sweeps=()
for grid in '"methods": ["IMP"], "sparsities": [50, 90]' '"methods": ["IIBP"], "sparsities": [90]'; do
    sweeps+=("$(submit "$api" '{ "name": "'"$name"'", "datasetId": "'"$dataset"'", '"$grid"', "models": [{ "architecture": "BiLSTM", "vectors": "glove.100d.subset",
        "hyperparameters": { "epochs": '"${EPOCHS:-$epochs}"', "batchSize": '"${BATCH:-$batch}"', "learningRate": 0.002, "maxLength": '"${LENGTH:-$length}"', "hiddenSize": '"${HIDDEN:-50}"' } }],
        "seeds": { "first": 0, "count": '"${SEEDS:-3}"' }, "extraDenseSeeds": '"${SEEDS:-3}"', "observationEpochs": [] }')")
done
echo "dataset $dataset, sweeps ${sweeps[*]}" >&2
for sweep in "${sweeps[@]}"; do await_sweep "$api" "$sweep"; done

# Study 1.13: the macro-F1 of a model that gives every label to every text; of single-label data the share of the largest class.
ask "$api/datasets/$dataset" | jq -r '
    .task as $task | .splits.test as $test | [$test.perLabel[] / $test.examples] as $shares
    | "\($test.examples) test texts, \($shares | length) labels; collapse floor \(
        if $task == "multiLabel" then "macro-F1 \($shares | map(2 * . / (1 + .)) | add / length * 1000 | round / 1000)" else "accuracy \($shares | max)" end)"'
echo
echo '| method | target | achieved sparsity | score dense → pruned (sd) | PIEs | PIE rate | noise floor | on the PIEs: dense → pruned |'
echo '|---|---|---|---|---|---|---|---|'
for sweep in "${sweeps[@]}"; do
    ask "$api/sweeps/$sweep/comparisons" | jq -r '
        def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
        .items[] | "| \(.method) | \(.sparsity) % | \(.achievedSparsity.mean * 100 | round / 100) % | \(.score.metric) \(.score.dense.mean | percent) → \(.score.pruned.mean | percent) (\(.score.pruned.sd | percent)) " +
        "| \(.pies) of \(.examples) | \(.pieRate | percent) | \(.noiseFloor.mean | percent) | \(.scoreOnPies.dense | percent) → \(.scoreOnPies.pruned | percent) |"'
done
for sweep in "${sweeps[@]}"; do
    ask "$api/sweeps/$sweep/comparisons" | jq -r '.items[] | "\(.id) \(.method) \(.sparsity)"' | while read -r comparison method sparsity; do
        echo
        echo "$method $sparsity %, PIEs of the ten most frequent labels: $(ask "$api/comparisons/$comparison/classes?orderBy=frequency&pageSize=10" |
            jq -r '[.items[] | "\(.label) \(.differing // .pies) of \(.examples) (F1 \(.dense.f1.mean * 100 | round) → \(.pruned.f1.mean * 100 | round))"] | join(", ")')"
    done
done
