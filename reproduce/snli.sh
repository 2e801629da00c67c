#!/usr/bin/env bash
# The README's numbers: 18,000 SNLI pairs, BiLSTM on GloVe vectors, dense + IMP, MP-AI, RP-AI at 50 and 90 %, three seeds.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: reproduce/snli.sh <folder with snli_train18k.tsv, snli_dev.tsv, snli_test.tsv> [address]
set -euo pipefail

data=${1:?usage: reproduce/snli.sh <folder of the SNLI files> [address]}
api=${2:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

dataset=$(ask "$api/datasets" \
    -F 'definition={"name":"snli 18k","task":"singleLabel","format":"tsv",
        "columns":{"text":"premise","secondText":"hypothesis","label":"gold_label"},
        "labels":["entailment","neutral","contradiction"]};type=application/json' \
    -F "train=@$data/snli_train18k.tsv" -F "validation=@$data/snli_dev.tsv" -F "test=@$data/snli_test.tsv" | jq -r .id)
echo "dataset $dataset"

sweep=$(submit "$api" '{
    "name": "snli 18k", "datasetId": "'"$dataset"'",
    "models": [{ "architecture": "BiLSTM", "vectors": "glove.100d.subset",
        "hyperparameters": { "epochs": 3, "batchSize": 128, "learningRate": 0.002, "maxLength": 128, "hiddenSize": 100 } }],
    "methods": ["IMP", "MP-AI", "RP-AI"], "sparsities": [50, 90], "seeds": { "first": 0, "count": 3 } }')
echo "sweep $sweep"

await_sweep "$api" "$sweep"
ask "$api/sweeps/$sweep/comparisons" | jq -r '
    def percent: . * 1000 | round / 10;
    .items[] | "\(.method) \(.sparsity) %: achieved \(.achievedSparsity.mean * 100 | round / 100) %, " +
    "accuracy \(.score.dense.mean | percent) -> \(.score.pruned.mean | percent) (sd \(.score.dense.sd | percent), \(.score.pruned.sd | percent)), " +
    "PIEs \(.pies) of \(.examples) (\(.pieRate | percent) %; noise floor \(if .noiseFloor.mean then "\(.noiseFloor.mean | percent) %" else .noiseFloor.reason end)), on them \(.scoreOnPies.dense | percent) -> \(.scoreOnPies.pruned | percent)"'
