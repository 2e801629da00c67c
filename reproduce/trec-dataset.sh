# Sourced by the scripts of TREC: how its questions become a dataset.

. "$(dirname -- "${BASH_SOURCE[0]}")/service.sh"

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
