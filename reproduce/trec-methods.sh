#!/usr/bin/env bash
# All nine methods at 50 and 90 % on TREC in both protocols, three seeds: a table in Markdown.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service (`PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=3] [EPOCHS=4] [HIDDEN=50] reproduce/trec-methods.sh <folder with raw_TREC.train, raw_TREC.test> [address]
set -euo pipefail
data=${1:?usage: reproduce/trec-methods.sh <folder of the TREC files> [address]}
api=${2:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/trec-dataset.sh"

dataset=$(upload_trec "$api" "$data")
sweeps=()
for protocol in paper sound; do
    sweeps+=("$protocol $(submit "$api" '{
        "name": "trec, every method, '"$protocol"'", "datasetId": "'"$dataset"'", "protocol": "'"$protocol"'",
        "models": [{ "architecture": "BiLSTM", "vectors": "glove.100d.subset", "hyperparameters":
            { "epochs": '"${EPOCHS:-4}"', "batchSize": 128, "learningRate": 0.002, "maxLength": 24, "hiddenSize": '"${HIDDEN:-50}"' } }],
        "methods": ["IMP", "IMP-WR", "MP-AI", "IIBP", "IIBP-WR", "IBP-AI", "IRP", "IRP-WR", "RP-AI"],
        "sparsities": [50, 90], "seeds": { "first": 0, "count": '"${SEEDS:-3}"' },
        "extraDenseSeeds": '"${SEEDS:-3}"', "observationEpochs": [] }')")
done
echo "dataset $dataset, sweeps ${sweeps[*]}" >&2

echo '| method | protocol | target | achieved sparsity | accuracy dense → pruned (sd) | PIE rate | noise floor |'
echo '|---|---|---|---|---|---|---|'
for sweep in "${sweeps[@]}"; do
    read -r protocol id <<<"$sweep"
    await_sweep "$api" "$id"
    ask "$api/sweeps/$id/comparisons?pageSize=1000" | jq -r --arg protocol "$protocol" '
        def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
        .items[] | "| \(.method) | \($protocol) | \(.sparsity) % | \(.achievedSparsity.mean * 100 | round / 100) % " +
        "| \(.score.dense.mean | percent) → \(.score.pruned.mean | percent) (\(.score.pruned.sd | percent)) | \(.pieRate | percent) " +
        "| \(if .noiseFloor.mean then .noiseFloor.mean | percent else .noiseFloor.reason // "–" end) |"'
done
