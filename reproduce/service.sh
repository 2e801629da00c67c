# Sourced by the scripts beside it: how they ask the service, submit a sweep and wait for it.
# Needs curl, jq, and PIE_KEY where the service wants an API key.
# shellcheck shell=bash

# ask CURL-ARGUMENTS. The key is passed through a pipe, because every user can read a command line.
ask() {
    curl --fail-with-body -sS \
        --config <(if [[ -n ${PIE_KEY:-} ]]; then printf 'header = "Authorization: Bearer %s"\n' "$PIE_KEY"; fi) "$@"
}

# submit API JSON: the id of the sweep.
submit() { ask "$1/sweeps" -H 'Content-Type: application/json' -d "$2" | jq -r .id; }

# await_sweep API SWEEP: returns when it has ended, and tells on standard error how. It waits while the service restarts.
await_sweep() {
    local state
    # Without an answer the state is empty, and that of a problem is its status.
    while state=$(ask "$1/sweeps/$2" | jq -r '.state // .status'); [[ $state =~ ^(queued|running|paused|503|)$ ]]; do sleep 5; done
    ask "$1/sweeps/$2" | jq -r '"sweep \(.id) \(.state), \(.progress.epochs.total - .progress.epochs.shared) epochs trained, \(.startedAt) to \(.finishedAt)"' >&2
    [[ $state == succeeded ]]
}
