# Sourced by pie: the commands that start, stop, show and use the service.
# shellcheck shell=bash

# The address that a client on this machine uses.
service_url() {
  local host=$PIE_HOST
  case $host in 0.0.0.0 | '*' | + | ::) host=127.0.0.1 ;; esac
  echo "http://$host:$PIE_PORT"
}

check_port() {
  local host=${1#http://} holder
  host=${host%:*}
  host=${host//[\[\]]/}
  (exec 3<>"/dev/tcp/$host/$PIE_PORT") 2>/dev/null || return 0
  holder=$(ss --listening --tcp --processes --no-header "sport = :$PIE_PORT" 2>/dev/null |
    grep -oE 'pid=[0-9]+' | head -n 1) || true
  fail "port $PIE_PORT is taken${holder:+ by the process ${holder#pid=}}; choose another one with PIE_PORT"
}

# ask_service [CURL OPTIONS…] URL. The key is passed through a pipe, because every user can read a command line.
ask_service() {
  curl --silent --max-time 30 --header 'Accept: application/json' \
    --config <(if [[ -n ${PIE_KEY:-} ]]; then printf 'header = "Authorization: Bearer %s"\n' "$PIE_KEY"; fi) "$@"
}

# is_ready PATH: whether the service answers on this path that it is ready.
is_ready() { curl --silent --fail --max-time 5 --output /dev/null "$url/health/$1"; }

is_api_ready() { is_ready ready; }
# The worker is named by machine and process, because the service lists a killed worker for some time.
is_worker_ready() { is_ready "workers/$(uname -n | cut -d . -f 1)-$(pid_of worker)"; }

up() {
  check_sdk
  check_packages "$(needs_postgres "${ConnectionStrings__Pie:-}")"
  lock
  if pid_of api >/dev/null && pid_of worker >/dev/null; then
    url=$(<"$run/url")
    await_ready api is_api_ready
    say "PieService is already up: $url"
    return
  fi
  build src/Api src/Worker src/Import
  if pid_of api >/dev/null; then
    url=$(<"$run/url")
  else
    stop api
    url=$(service_url)
    check_port "$url"
    say "Starting the API"
    say "$url" >"$run/url"
    launch api "$api_dll" --urls "http://$PIE_HOST:$PIE_PORT"
  fi
  await_ready api is_api_ready
  if ! pid_of worker >/dev/null; then
    # The trainers of a killed worker are stopped first: they would compete with those of the new worker.
    stop worker
    say "Starting the worker"
    launch worker "$worker_dll"
  fi
  await_ready worker is_worker_ready
  cat <<END
PieService is up.
  Pages       $url/ui
  Swagger UI  $url/swagger
  API         $url/api/v1
  Data, logs  $PIE_DATA
END
}

# A worker in the foreground: on another machine than the API, or in a job of a batch system. exec, so that signals
# reach it.
worker() {
  check_sdk >&2
  lock >&2
  build src/Worker >&2
  exec dotnet "$worker_dll" "$@" 9>&-
}

down() {
  lock
  stop worker
  stop api
  stop_private_postgres
  say "PieService is down."
}

status() {
  local name pid answer worker problem running=0
  for name in api worker; do
    if pid=$(pid_of "$name"); then
      running=$((running + 1))
      say "$name: running, process $pid"
    elif [[ -n $(family_of "$name") ]]; then
      running=$((running + 1))
      say "$name: dead, but it has left processes behind: $(family_of "$name" | xargs)"
    else
      say "$name: not running"
    fi
  done
  if pid=$(private_postgres); then say "private PostgreSQL: running, process $pid"; fi
  (( running )) || return 3
  pid_of api >/dev/null || return 1
  url=$(<"$run/url")
  if ! is_api_ready; then say "$url: not ready"; return 1; fi
  say "$url: ready"
  pid_of worker >/dev/null || return 1
  # This worker, named by machine and process: a worker whose arithmetic is wrong is alive but takes no runs.
  if ! answer=$(ask_service --fail "$url/api/v1/system"); then
    say "worker: whether its arithmetic is right is not known; the service answers that with a valid PIE_KEY only"
    return 0
  fi
  worker=$(uname -n | cut -d . -f 1)-$(pid_of worker)
  problem=$(grep -oE "\"id\":\"$worker-[^}]*\"shortOf\":\"the arithmetic of ([^\"\\\\]|\\\\.)*\"" <<<"$answer") || return 0
  problem=${problem#*\"shortOf\":\"}
  say "worker: takes no runs because ${problem%\"}"
  return 1
}

logs() {
  local follow=() files=()
  while (( $# )); do
    case $1 in
      -f) follow=(-F) ;;
      api | worker) files+=("$logs/$1.log") ;;
      *) fail "logs: -f, api or worker, not $1" ;;
    esac
    shift
  done
  (( ${#files[@]} )) || files=("$logs/api.log" "$logs/worker.log")
  tail -n 100 "${follow[@]}" -- "${files[@]}"
}

demo() {
  up
  quietly_build demo --configuration Release
  exec dotnet "$PWD/artifacts/bin/Demo/release/PieService.Demo.dll" "$url" 9>&-
}

# Standard output has nothing but the key.
key() {
  check_sdk >&2
  check_packages "$(needs_postgres "${ConnectionStrings__Pie:-}")" >&2
  lock >&2
  build src/Api >&2
  dotnet "$api_dll" key "$@" 9>&-
}

# The files are named as the caller's folder has them, so it is the folder of the program. The lock is not kept while
# the files are sent.
import_predictions() {
  local url
  url=$(cat -- "$run/url" 2>/dev/null || service_url)
  check_sdk >&2
  lock >&2
  is_running_from_here || build src/Import >&2
  [[ -f $import_dll ]] || fail "import: the program is not built, because the service runs from this checkout; ./pie down first"
  cd -- "$caller"
  exec dotnet "$import_dll" "${PIE_API:-$url}" "$@" 9>&-
}

# A download can take hours: exec replaces the launcher and so releases the lock.
model() {
  check_sdk >&2
  lock >&2
  build src/Worker >&2
  exec dotnet "$worker_dll" model "$@" 9>&-
}
