#!/usr/bin/env bash
# A dataset of the size of SNLI, made from a seed, sent to the running service (./pie up) as SNLI is published: how long it
# takes, and the most memory that the API had since it was started. Needs awk, curl, jq, and PIE_KEY where the service wants
# an API key.
# usage: reproduce/large-import.sh [PAIRS [SEED]]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. reproduce/service.sh

pairs=${1:-570000} seed=${2:-1}
# Its exit code is 3 if nothing runs.
status=$(./pie status) || true
api=$(sed -n -E 's/^api: running, process ([0-9]+)$/\1/p' <<<"$status")
url=$(sed -n -E 's/^(http.*): ready$/\1/p' <<<"$status")
[[ -n $api && -n $url ]] || { echo "start the service first: ./pie up" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -r -- "$folder"' EXIT

# make PAIRS SEED: JSON lines; one pair in seventy has no gold label. The generator is Lehmer's, exact in awk's numbers.
make() {
    awk -v pairs="$1" -v x="$2" '
        function next_to(n) { x = (x * 16807) % 2147483647; return x % n }
        function sentence(words,   s, i) { for (i = 0; i < words; i++) s = s (i ? " " : "") "word" next_to(20000); return s "." }
        BEGIN {
            split("entailment neutral contradiction", gold, " ")
            for (i = 0; i < pairs; i++)
                printf "{\"captionID\": \"%d.jpg#0\", \"gold_label\": \"%s\", \"pairID\": \"%d.jpg#0r\", \"sentence1\": \"%s\", \"sentence2\": \"%s\"}\n",
                    i, next_to(70) ? gold[1 + next_to(3)] : "-", i, sentence(8 + next_to(12)), sentence(4 + next_to(8))
        }'
}
make "$pairs" "$seed" >"$folder/train.jsonl"
make 10000 "$((seed + 1))" >"$folder/test.jsonl"

memory() { awk -v field="$1:" '$1 == field { print int($2 / 1024) }' "/proc/$api/status"; }
# Peaks of before, the start's included, do not count where the system lets us forget them.
echo 5 2>/dev/null >"/proc/$api/clear_refs" || true
before=$(memory VmRSS) begin=$(date +%s%N)
dataset=$(ask "$url/api/v1/datasets" \
    -F 'definition={"name":"large","task":"singleLabel","format":"snli"};type=application/json' -F "train=@$folder/train.jsonl" -F "test=@$folder/test.jsonl")
milliseconds=$((($(date +%s%N) - begin) / 1000000))

jq -r '"\(.splits.train.examples) pairs of train, \(.splits.test.examples) of test, \(.dropped.noGoldLabel) without a gold label"' <<<"$dataset"
printf '%d MiB sent, %d.%d s; the API: %d MiB before, %d MiB at most\n' \
    "$(($(stat -c %s "$folder/train.jsonl") / 1048576))" "$((milliseconds / 1000))" "$((milliseconds % 1000 / 100))" "$before" "$(memory VmHWM)"
ask -X DELETE "$url/api/v1/datasets/$(jq -r .id <<<"$dataset")"
