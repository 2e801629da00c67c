# Sourced by pie: ./pie backup and ./pie restore.
# shellcheck shell=bash

# The service goes on while it is backed up. exec replaces the launcher and so releases the lock: a backup can take
# long.
backup() {
  local arguments=()
  while [[ ${1:-} == -* ]]; do arguments+=("$1"); shift; done
  (( $# == 1 )) || usage_error "backup: [--checkpoints] and one file, not '$*'"
  check_sdk >&2
  lock >&2
  build src/Api >&2
  exec dotnet "$api_dll" backup "${arguments[@]}" "$(from_caller "$1")" 9>&-
}

restore() {
  (( $# == 1 )) || usage_error "restore: one file, not '$*'"
  check_sdk >&2
  check_packages "$(needs_postgres "${ConnectionStrings__Pie:-}")" >&2
  lock >&2
  if pid_of api >/dev/null || pid_of worker >/dev/null; then fail "restore: stop the service first: ./pie down"; fi
  build src/Api >&2
  dotnet "$api_dll" restore "$(from_caller "$1")" 9>&-
  say "The service of this backup starts with ./pie up"
}
