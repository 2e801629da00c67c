# Sourced by the scripts of TREC: how its questions become a dataset.
# shellcheck shell=bash

. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

# upload_trec API FOLDER: the id of a dataset of the 5,452 training and 500 test questions, six coarse classes.
upload_trec() {
    ask "$1/datasets" -F 'definition={"name":"trec","task":"singleLabel","format":"trec"};type=application/json' \
        -F "train=@$2/raw_TREC.train" -F "test=@$2/raw_TREC.test" | jq -r .id
}
