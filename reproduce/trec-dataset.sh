# Sourced by the scripts of TREC: how they ask the service, and how its questions become a dataset.
# Needs curl, jq, and PIE_KEY where the service wants an API key.

ask() { curl --fail-with-body -sS ${PIE_KEY:+-H "Authorization: Bearer $PIE_KEY"} "$@"; }

# upload_trec API FOLDER: the id of a dataset of the 5,452 training and 500 test questions, six coarse classes.
upload_trec() {
    local folder split
    folder=$(mktemp -d)
    # COARSE:fine text, in Latin-1
    for split in train test; do
        { printf 'class\tquestion\n'; LC_ALL=C sed -E 's/^([A-Z]+):[^ ]+ /\1\t/' "$2/raw_TREC.$split"; } >"$folder/$split.tsv"
    done
    ask "$1/datasets" \
        -F 'definition={"name":"trec","task":"singleLabel","format":"tsv","encoding":"latin-1",
            "columns":{"text":"question","label":"class"},
            "labels":["ABBR","DESC","ENTY","HUM","LOC","NUM"]};type=application/json' \
        -F "train=@$folder/train.tsv" -F "test=@$folder/test.tsv" | jq -r .id
    rm -r -- "$folder"
}

# submit API JSON: the id of the sweep.
submit() { ask "$1/sweeps" -H 'Content-Type: application/json' -d "$2" | jq -r .id; }

# await_sweep API SWEEP: returns when it has ended, and tells on standard error how.
await_sweep() {
    local state
    while state=$(ask "$1/sweeps/$2" | jq -r .state); [[ $state == queued || $state == running || $state == paused ]]; do sleep 5; done
    ask "$1/sweeps/$2" | jq -r '"sweep \(.id) \(.state), \(.progress.epochs.total - .progress.epochs.shared) epochs trained, \(.startedAt) to \(.finishedAt)"' >&2
    [[ $state == succeeded ]]
}
