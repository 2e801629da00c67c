# Sourced by pie: checkpoints of the Hugging Face hub.

model() {
  local name=${2:-} models=${PIE_MODELS:-$PIE_DATA/models} hub=${PIE_HUB:-https://huggingface.co} folder partial revision file held
  [[ ${1:-} == get && $# == 2 && $name =~ ^([A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
    usage_error "model: get NAME, a model of the hub such as google-bert/bert-base-uncased"
  check_packages no
  folder=$models/${name##*/}
  if [[ -d $folder ]]; then
    # One that was laid there by hand does not say whose it is.
    read -r held _ 2>/dev/null <"$folder/revision" || held=$name
    [[ $held == "$name" ]] || fail "model: $folder holds $held, and $name would have the same folder; rename the one that is there, or set PIE_MODELS"
    say "$folder is there already"
    return 0
  fi
  partial=$models/.${name//\//--}.partial
  mkdir -p -- "$partial"
  exec {lock}>"$partial/lock"
  flock --nonblock "$lock" || fail "model: $partial is being filled by another ./pie model"

  revision=$({ head_of "$hub/$name/resolve/main/config.json" || true; } | value_of x-repo-commit)
  [[ $revision =~ ^[0-9a-f]{40}$ ]] || fail "model: $hub has no $name with a config.json, or cannot be reached (PIE_HUB says which hub)"
  # What was begun of another revision is of no use.
  if [[ $(cat "$partial/revision" 2>/dev/null) != "$name $revision" ]]; then rm -f -- "$partial"/*.*; fi
  printf '%s\n' "$name $revision" >"$partial/revision"
  for file in config.json vocab.txt model.safetensors; do
    get_file "$hub/$name/resolve/$revision/$file" "$partial/$file" || fail "model: $name has no $file; a BERT checkpoint needs one"
  done
  # Says whether words are lower-cased; old checkpoints have none.
  get_file "$hub/$name/resolve/$revision/tokenizer_config.json" "$partial/tokenizer_config.json" || true
  rm -- "$partial/lock"
  mv -- "$partial" "$folder"
  say "$folder"
}

# get_file URL FILE: FILE, whole and verified, begun anew or gone on with. Exit code 1: the hub says that it has none.
get_file() {
  local url=$1 file=$2 head expected attempt code
  head=$(head_of "$url") || case $? in
    1) return 1 ;;
    *) fail "model: $url cannot be read at the moment; the same command goes on where this one stopped" ;;
  esac
  # Of a large file the first answer names the checksum, and the storage that it leads to another one.
  expected=$(value_of x-linked-etag <<<"$head")
  expected=${expected:-$(value_of etag <<<"$head")}
  expected=${expected#W/}
  expected=${expected//\"/}
  [[ $expected =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || fail "model: $url comes without a checksum to verify it by"
  if has_checksum "$file" "$expected"; then return 0; fi
  for attempt in 1 2 3 4 5; do
    say "$url"
    if code=$(hub_curl --continue-at - --output "$file" --write-out '%{http_code}' -- "$url"); then break; fi
    # There is nothing after what is there, and that is not right: begin anew.
    if [[ $code == 416 ]]; then rm -f -- "$file"; fi
    (( attempt < 5 )) || fail "model: $url cannot be read to its end at the moment; the same command goes on where this one stopped"
    sleep "$attempt"
  done
  if ! has_checksum "$file" "$expected"; then
    rm -- "$file"
    fail "model: what came from $url is not what the hub promised (its checksum is not $expected); try again"
  fi
}

# has_checksum FILE HEX: SHA-256, or, shorter, SHA-1 as git has it.
has_checksum() {
  local sum
  [[ -f $1 ]] || return 1
  if (( ${#2} == 64 )); then sum=$(sha256sum <"$1"); else sum=$({ printf 'blob %d\0' "$(stat --format %s -- "$1")"; cat -- "$1"; } | sha1sum); fi
  [[ ${sum%% *} == "$2" ]]
}

# head_of URL: its headers. Exit code 1: the hub says that there is no such file; 2: it does not say.
head_of() {
  local answer
  # The status comes last: curl's own exit code is the same for 404 as for 503.
  if answer=$(hub_curl --head --retry 3 --retry-connrefused --write-out '\n%{http_code}' -- "$1" 2>/dev/null); then
    printf '%s\n' "$answer"
  elif [[ $answer == *$'\n'404 ]]; then
    return 1
  else
    return 2
  fi
}

# A hub by https leads nowhere else.
hub_curl() {
  local protocols=http,https
  if [[ ${PIE_HUB:-https:} == https:* ]]; then protocols=https; fi
  curl --fail --location --silent --show-error --proto "=$protocols" --connect-timeout 20 --speed-limit 1000 --speed-time 60 "$@"
}

value_of() { tr -d '\r' | sed -n -E "s/^$1: *//Ip" | tail -n 1; }
