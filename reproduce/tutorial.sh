#!/usr/bin/env bash
# The study of docs/tutorial.md, from a CSV file of the questions of TREC to the figures of that page.
# Needs curl, jq, iconv, PIE_KEY where the service wants an API key, and a running service (`./pie up`).
# usage: reproduce/tutorial.sh <folder with raw_TREC.train> <folder for the figures> [address]
set -euo pipefail
usage='usage: reproduce/tutorial.sh <folder of raw_TREC.train> <folder for the figures> [address]'
data=${1:?$usage}
figures=${2:?$usage}
api=${3:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

folder=$(mktemp -d)
trap 'rm -r -- "$folder"' EXIT
# A line is TOPIC:detail and the question.
{
    echo question,topic
    iconv -f latin1 -t utf8 "$data/raw_TREC.train" |
        awk '{ topic = $1; sub(/:.*/, "", topic); sub(/^[^ ]+ /, ""); gsub(/"/, "\"\""); printf "\"%s\",%s\n", $0, topic }'
} > "$folder/questions.csv"

definition='{ "name": "questions", "task": "singleLabel", "format": "csv",
    "columns": { "text": "question", "label": "topic" },
    "split": { "test": 500, "validation": 0.1, "seed": 42 } }'
dataset=$(ask "$api/datasets" -F "file=@$folder/questions.csv" -F "definition=$definition;type=application/json" | jq -r .id)
sweep=$(submit "$api" '{
    "name": "questions, first study", "datasetId": "'"$dataset"'",
    "models": [{ "name": "bilstm", "architecture": "BiLSTM", "hyperparameters":
        { "epochs": 5, "batchSize": 64, "learningRate": 0.005, "maxLength": 24, "hiddenSize": 32, "embeddingSize": 32 } }],
    "methods": ["IMP", "MP-AI"], "sparsities": [50, 90], "seeds": { "count": 5 }, "extraDenseSeeds": 5,
    "computeMatchedDense": true }')
echo "dataset $dataset, sweep $sweep" >&2
await_sweep "$api" "$sweep"
mkdir -p -- "$figures"
for figure in effectiveness pie-rate; do
    ask "$api/sweeps/$sweep/figures/$figure.svg" -o "$figures/tutorial-$figure.svg"
    ask "$api/sweeps/$sweep/figures/$figure" | jq -r '"\(.name): \(.caption)"'
done
ask "$api/sweeps/$sweep/analysis" | jq -r '.items[]
    | "\(.method) \(.sparsity) % against \(.baseline): accuracy \(.score.dense.mean) -> \(.score.pruned.mean), PIE rate \(.pieRate), "
    + "noise floor \(.noiseFloor.mean), excess \(.excess.value) [\(.excess.low), \(.excess.high)], significant \(.significantPies) of \(.pies)"'
