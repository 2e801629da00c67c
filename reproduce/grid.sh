#!/usr/bin/env bash
# The study's whole grid, its eight presets: how long a plan and an acceptance take, what the API answers meanwhile, and how fast
# progress and lists are with all of it in. Trains nothing that a worker without the study's vectors and checkpoint could train.
# Needs curl, jq, PIE_KEY where the service wants an API key, and a running service without other work.
# usage: reproduce/grid.sh <folder with raw_TREC.train, raw_TREC.test> [address]
set -euo pipefail
data=${1:?usage: reproduce/grid.sh <folder of the TREC files> [address]}
address=${2:-http://127.0.0.1:5000}
api=$address/api/v1
. "$(dirname -- "${BASH_SOURCE[0]}")/trec-dataset.sh"

# seconds CURL-ARGUMENTS: how long an answer takes.
seconds() { ask -o /dev/null -w '%{time_total}\n' "$@"; }

# The median and the longest of the numbers that come in, in milliseconds.
spread() { sort -n | awk '{ t[NR] = $1 * 1000 } END { printf "median %.0f ms, longest %.0f ms of %d\n", t[int((NR + 1) / 2)], t[NR], NR }'; }

dataset=$(upload_trec "$api" "$data")
beside=$(mktemp)
while :; do seconds "$api/sweeps"; done >"$beside" 2>/dev/null &
asker=$!
trap 'kill "$asker" 2>/dev/null || true; rm -f -- "$beside"' EXIT

sweeps=()
echo '| preset | runs | epochs requested | shared | to train | plan | accepted in |'
echo '|---|---|---|---|---|---|---|'
for preset in paper/{snli,imdb,reuters,aapd}/{bilstm,bert}; do
    request='{ "datasetId": "'"$dataset"'", "preset": "'"$preset"'" }'
    planned=$(seconds "$api/sweeps/plan" -H 'Content-Type: application/json' -d "$request")
    plan=$(ask "$api/sweeps/plan" -H 'Content-Type: application/json' -d "$request" |
        jq -r '.plan | "\(.runs) | \(.epochs.requested) | \(.epochs.shared) | \(.epochs.toTrain)"')
    answer=$(ask -w '\n%{time_total}' "$api/sweeps" -H 'Content-Type: application/json' -d "$request")
    sweeps+=("$(head -n -1 <<<"$answer" | jq -r .id)")
    echo "| \`$preset\` | $plan | $planned s | $(tail -n 1 <<<"$answer") s |"
done
kill "$asker"
wait "$asker" 2>/dev/null || true
echo
echo "GET /sweeps meanwhile: $(spread <"$beside")"

last=${sweeps[-1]}
for path in /sweeps "/sweeps/$last" "/sweeps/$last/runs?pageSize=1000" "/sweeps/$last/runs?method=IMP&sparsity=90" "/sweeps/$last/comparisons" /system; do
    echo "GET ${path/$last/…} with all in: $(for _ in {1..20}; do seconds "$api$path"; done | spread)"
done
for sweep in "${sweeps[@]}"; do
    echo "cancelled in $(seconds -X POST "$api/sweeps/$sweep/cancel") s, deleted in $(seconds -X DELETE --retry 5 --retry-all-errors "$api/sweeps/$sweep") s"
done
