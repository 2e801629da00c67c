#!/usr/bin/env bash
# The figures of the README: score and PIE rate over sparsity of MP-AI and RP-AI at 50, 70 and 90 %, which train as long as the dense
# models, beside the noise floor. A BiLSTM of 50 units on GloVe vectors; SNLI's first pairs, or Reuters' topics with at least 100 documents.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=5|3] [EPOCHS=4|6] [TRAIN=9000] reproduce/figures.sh snli|reuters <folder of its files> <folder for the figures> [address]
set -euo pipefail
usage='usage: reproduce/figures.sh snli|reuters <folder of its files> <folder for the figures> [address]'
name=${1:?$usage}
data=${2:?$usage}
figures=${3:?$usage}
api=${4:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

case $name in
snli)
    parts=$(mktemp -d)
    trap 'rm -r -- "$parts"' EXIT
    head -n "$((1 + ${TRAIN:-9000}))" "$data/snli_train18k.tsv" >"$parts/train.tsv"
    head -n 1001 "$data/snli_dev.tsv" >"$parts/dev.tsv"
    files=(-F "train=@$parts/train.tsv" -F "validation=@$parts/dev.tsv" -F "test=@$data/snli_test.tsv"
        -F 'definition={"name":"SNLI, the first pairs","task":"singleLabel","format":"tsv",
            "columns":{"text":"premise","secondText":"hypothesis","label":"gold_label"},
            "labels":["entailment","neutral","contradiction"]};type=application/json')
    epochs=4 batch=64 length=48 seeds=5 ;;
reuters)
    files=(-F "file=@$data/reuters21578.tar.gz"
        -F 'definition={"name":"Reuters, frequent topics","task":"multiLabel","format":"reuters21578","minimumDocuments":100};type=application/json')
    epochs=6 batch=32 length=48 seeds=3 ;;
*) echo "$usage" >&2; exit 2 ;;
esac

dataset=$(ask "$api/datasets" "${files[@]}" | jq -r .id)
sweep=$(submit "$api" '{ "name": "'"$name"'", "datasetId": "'"$dataset"'",
    "models": [{ "name": "bilstm", "architecture": "BiLSTM", "vectors": "glove.100d.subset", "hyperparameters":
        { "epochs": '"${EPOCHS:-$epochs}"', "batchSize": '"$batch"', "learningRate": 0.002, "maxLength": '"$length"', "hiddenSize": 50 } }],
    "methods": ["MP-AI", "RP-AI"], "sparsities": [50, 70, 90], "seeds": { "first": 0, "count": '"${SEEDS:-$seeds}"' },
    "extraDenseSeeds": '"${SEEDS:-$seeds}"', "observationEpochs": [] }')
echo "dataset $dataset, sweep $sweep" >&2
await_sweep "$api" "$sweep"

mkdir -p -- "$figures"
for figure in effectiveness pie-rate; do
    ask "$api/sweeps/$sweep/figures/$figure.svg" -o "$figures/$name-$figure.svg"
    ask "$api/sweeps/$sweep/figures/$figure" | jq -r '"\(.name): \(.caption)"'
done
ask "$api/datasets/$dataset" | jq -r '"\(.splits.train.examples) texts to train, \(.splits.test.examples) to test, \(.labels | length) labels"'
ask "$api/sweeps/$sweep/analysis" | jq -r '
    def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
    .items[] | "\(.method) \(.sparsity) %: \(.score.metric // "score") \(.score.dense.mean | percent) -> \(.score.pruned.mean | percent), PIE rate \(.pieRate | percent), "
    + "noise floor \(.noiseFloor.mean | percent), excess \(.excess.value | percent) [\(.excess.low | percent), \(.excess.high | percent)], significant \(.significantPies) of \(.pies)"'
