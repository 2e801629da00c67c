#!/usr/bin/env bash
# A BERT and a BiLSTM on the same SNLI pairs: dense, IMP at 50 and 90 %, IIBP-WR at 90 %: tables in Markdown.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service that has both the checkpoint and the vectors
# (`PIE_MODELS=<folder with minilm-l6/> PIE_VECTORS=<folder with glove.100d.subset.txt.gz> ./pie up`).
# usage: [SEEDS=2] [TRAIN=2000] [DEV=200] [TEST=2000] [EPOCHS=1] [BILSTM_EPOCHS=6] [CHECKPOINT=minilm-l6]
#     [IMP="50, 90"] [IIBP_WR=90] [MATCHED=false] reproduce/snli-bert.sh
#     <folder with snli_train18k.tsv, snli_dev.tsv, snli_test.tsv> [address]
# IMP and IIBP_WR are sparsities; with IIBP_WR= there is no second sweep. MATCHED=true compares with dense4E too.
# EPOCHS are those of the dense BERT; with 18,000 pairs of TRAIN, all of DEV and TEST it is the study's shape, and takes hours on a CPU.
set -euo pipefail
data=${1:?usage: reproduce/snli-bert.sh <folder of the SNLI files> [address]}
api=${2:-http://127.0.0.1:5000}/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

parts=$(mktemp -d)
trap 'rm -r -- "$parts"' EXIT
head -n "$((1 + ${TRAIN:-2000}))" "$data/snli_train18k.tsv" >"$parts/train.tsv"
head -n "$((1 + ${DEV:-200}))" "$data/snli_dev.tsv" >"$parts/dev.tsv"
head -n "$((1 + ${TEST:-2000}))" "$data/snli_test.tsv" >"$parts/test.tsv"
dataset=$(ask "$api/datasets" \
    -F 'definition={"name":"snli, the first pairs","task":"singleLabel","format":"tsv",
        "columns":{"text":"premise","secondText":"hypothesis","label":"gold_label"},
        "labels":["entailment","neutral","contradiction"]};type=application/json' \
    -F "train=@$parts/train.tsv" -F "validation=@$parts/dev.tsv" -F "test=@$parts/test.tsv" | jq -r .id)
models='[
    { "architecture": "BERT", "checkpoint": "'"${CHECKPOINT:-minilm-l6}"'",
        "hyperparameters": { "epochs": '"${EPOCHS:-1}"', "batchSize": 32, "learningRate": 1e-4, "maxLength": 64 } },
    { "architecture": "BiLSTM", "vectors": "glove.100d.subset",
        "hyperparameters": { "epochs": '"${BILSTM_EPOCHS:-6}"', "batchSize": 64, "learningRate": 0.002, "maxLength": 64, "hiddenSize": 100 } } ]'
# Two sweeps, since a sweep has every method at every sparsity; they share their dense runs.
sweeps=()
grids=('"methods": ["IMP"], "sparsities": ['"${IMP:-50, 90}"']')
[[ -z ${IIBP_WR-90} ]] || grids+=('"methods": ["IIBP-WR"], "sparsities": ['"${IIBP_WR-90}"']')
for grid in "${grids[@]}"; do
    sweeps+=("$(submit "$api" '{ "name": "snli, BERT and BiLSTM", "datasetId": "'"$dataset"'", "models": '"$models"', '"$grid"',
        "seeds": { "first": 0, "count": '"${SEEDS:-2}"' },
        "extraDenseSeeds": '"${SEEDS:-2}"', "computeMatchedDense": '"${MATCHED:-false}"', "observationEpochs": [] }')")
done
echo "dataset $dataset, sweeps ${sweeps[*]}" >&2
for sweep in "${sweeps[@]}"; do
    await_sweep "$api" "$sweep"
    ask "$api/sweeps/$sweep/runs?pageSize=1000" >>"$parts/runs.json"
    ask "$api/sweeps/$sweep/comparisons?baseline=dense&pageSize=1000" >>"$parts/comparisons.json"
    ask "$api/sweeps/$sweep/analysis?pageSize=1000" >>"$parts/analysis.json"
done

for sweep in "${sweeps[@]}"; do
    ask "$api/sweeps/$sweep/models?format=csv" >&2
done
jq -rn --slurpfile runs "$parts/runs.json" --slurpfile comparisons "$parts/comparisons.json" '
    def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
    # Of a branch the time after its trunk alone.
    def time($method; $sparsity): . as $in | [$runs[].items[] | select(.model == $in.model and .method == $method and .sparsity == $sparsity)]
        | unique_by(.id) | map(.trainingSeconds) | add / length | round | "\(.) s";
    "| model | method | target | achieved sparsity | accuracy (sd) | PIEs | PIE rate | noise floor | on the PIEs: dense → pruned majority | time of a run |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ([$comparisons[].items[]] | group_by(.model)[]
        | (.[0] | "| \(.model) | dense | 0 % | 0 % | \(.score.dense.mean | percent) (\(.score.dense.sd | percent)) | – | – | – | – | \(time("dense"; 0)) |"),
          (.[] | "| \(.model) | \(.method) | \(.sparsity) % | \(.achievedSparsity.mean * 100 | round / 100) % | \(.score.pruned.mean | percent) (\(.score.pruned.sd | percent)) " +
              "| \(.pies) of \(.examples) | \(.pieRate | percent) | \(.noiseFloor.mean | percent) | \(.scoreOnPies.dense | percent) → \(.scoreOnPies.pruned | percent) | \(time(.method; .sparsity)) |"))'

# How much of it is beyond the seeds, for each baseline.
jq -rn --slurpfile analysis "$parts/analysis.json" '
    def percent: if . == null then "–" else . * 1000 | round / 10 | "\(.) %" end;
    def interval: if . == null or .low == null then "" else " [\(.low | percent), \(.high | percent)]" end;
    "", "| model | method | achieved sparsity | baseline | accuracy baseline → pruned | PIE rate | noise floor | excess | significant PIEs | cross-fitted accuracy on PIEs |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ([$analysis[].items[]] | sort_by(.method, .baseline, .sparsity, .model)[] |
        "| \(.model) | \(.method) | \(.achievedSparsity.mean * 100 | round / 100) % | \(.baseline) " +
        "| \(.score.dense.mean | percent)\(.score.dense | interval) → \(.score.pruned.mean | percent)\(.score.pruned | interval) " +
        "| \(.pieRate | percent) | \(.noiseFloor.mean | percent) | \(.excess.value | percent)\(.excess | interval) | \(.significantPies // "–") of \(.pies) " +
        "| \(.crossFit.onPies.dense | percent) → \(.crossFit.onPies.pruned | percent) |")'
