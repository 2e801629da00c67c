# Sourced by pie: ./pie doctor.
# shellcheck shell=bash

# found ok|warning|problem SUBJECT TEXT [ADVICE]: one finding, as the worker's program prints its own.
found() {
  printf '%-8s %-12s %s\n' "$1" "$2" "$3"
  if [[ -n ${4:-} ]]; then printf '%21s -> %s\n' '' "$4"; fi
  if [[ $1 == problem ]]; then healthy=no; fi
}

# Looks at what is outside of the programs, then lets the worker's program look at the rest. It changes nothing but that
# it builds a program that was never built. Exit code 0: a sweep could run now.
doctor() {
  local healthy=yes version
  (( $# == 0 )) || usage_error "doctor: no arguments, not '$*'"
  if version=$(dotnet --version 2>&1); then
    found ok sdk ".NET SDK $version"
  else
    found problem sdk "the .NET SDK 10 is missing" "get it from https://dotnet.microsoft.com/download/dotnet/10.0"
  fi
  examine_postgres
  examine_port
  examine_worker
  examine_api
  if [[ $healthy == yes || -f $worker_dll ]] && has_worker_program; then
    dotnet "$worker_dll" doctor || healthy=no
  fi
  if [[ $healthy == no ]]; then
    say "A sweep cannot run now: see the problems above."
    return 1
  fi
  say "A sweep could run now."
}

examine_postgres() {
  local version
  if [[ -n ${ConnectionStrings__Pie:-} ]]; then
    found ok postgresql "a server of yours (ConnectionStrings__Pie)"
  elif has_postgres; then
    version=$("${PIE_PG_BIN:+$PIE_PG_BIN/}postgres" --version 2>/dev/null ||
      for folder in /usr/lib/postgresql/*/bin; do "$folder/postgres" --version 2>/dev/null; done | tail -n 1) || true
    found ok postgresql "${version:-its programs are installed}"
  else
    found problem postgresql "initdb and postgres are missing" \
      "./pie check installs them (sudo apt-get install -y postgresql), or set PIE_PG_BIN or ConnectionStrings__Pie"
  fi
}

# The port is free, or it is that of the API that runs from this PIE_DATA.
examine_port() {
  local address taken
  address=$(cat -- "$run/url" 2>/dev/null) || address=
  if pid_of api >/dev/null; then
    found ok port "the API has $address"
  elif [[ ! $PIE_PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((PIE_PORT > 65535)); then
    found problem port "PIE_PORT is '$PIE_PORT'" "set PIE_PORT to a number from 1 to 65535"
  elif taken=$(check_port "$(service_url)" 2>&1); then
    found ok port "$PIE_PORT is free"
  else
    taken=${taken#pie: }
    found problem port "${taken%; *}" "choose another one with PIE_PORT"
  fi
}

examine_worker() {
  local pid
  if pid=$(pid_of worker); then
    found ok worker "running, process $pid"
  elif [[ -z ${ConnectionStrings__Pie:-} ]]; then
    found warning worker "./pie has not started it here" "./pie up"
  fi
}

# An API on another machine, or that something else started, is asked at PIE_API; else the one at PIE_PORT.
examine_api() {
  local url=${PIE_API:-}
  [[ -n $url ]] || url=$(cat -- "$run/url" 2>/dev/null) || url=$(service_url)
  url=${url%/}
  if ! is_api_ready; then
    found problem api "$url/health/ready does not answer that an API is ready" \
      "./pie up, or set PIE_API to the address of the API; ./pie logs api shows why it ended"
  elif [[ -z ${PIE_API:-}${ConnectionStrings__Pie:-} ]] && ! pid_of api >/dev/null; then
    found ok api "$url is ready; ./pie has not started it from this PIE_DATA"
  else
    found ok api "$url is ready"
  fi
}

# Whether there is the worker's program: the built one, else one that is built now.
has_worker_program() {
  [[ -f $worker_dll ]] && return
  say "Building the worker" >&2
  if (quietly_build src/Worker --configuration Release); then return; fi
  found problem build "the worker does not build (see above)" "correct what the first error names"
  return 1
}
