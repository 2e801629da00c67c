# Sourced by pie: the programs and packages that the commands need.
# shellcheck shell=bash

check_sdk() {
  dotnet --version >/dev/null 2>&1 ||
    fail "the .NET SDK 10 is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

has_postgres() {
  local folder
  if [[ -n ${PIE_PG_BIN:-} ]]; then [[ -x $PIE_PG_BIN/initdb && -x $PIE_PG_BIN/postgres ]]; return; fi
  command -v initdb >/dev/null && command -v postgres >/dev/null && return
  for folder in /usr/lib/postgresql/*/bin; do [[ -x $folder/initdb && -x $folder/postgres ]] && return; done
  return 1
}

# The needs of the tests: they execute the recipes of docs/pipelines.md unchanged, and they drive a browser.
readonly test_programs=(jq python3 psql pandas) browser_programs=(chromium chromedriver)

check_needs() {
  local more=()
  if (( $# )); then
    [[ $* == --all ]] || usage_error "check: only --all, not '$*'"
    more=("${test_programs[@]}" "${browser_programs[@]}" shellcheck)
  fi
  check_sdk
  check_packages "$(needs_postgres "${PIE_TEST_DB:-${ConnectionStrings__Pie:-}}")" "${more[@]}"
  offer_tcmalloc
}

# package_of PROGRAM: the Debian package that has it.
package_of() {
  case $1 in
    psql) echo postgresql-client ;;
    chromedriver) echo chromium-driver ;;
    pandas) echo python3-pandas ;;
    *) echo "$1" ;;
  esac
}

# pandas is a module of the Python that comes first, or of the one that the system's packages use.
has_program() {
  [[ $1 == pandas ]] || { command -v "$1" >/dev/null; return; }
  python3 -c 'import pandas' 2>/dev/null || /usr/bin/python3 -c 'import pandas' 2>/dev/null
}

# check_packages NEEDS_POSTGRES(yes|no) [PROGRAM…]: checks curl and the named programs.
check_packages() {
  local missing=() program
  for program in curl "${@:2}"; do
    has_program "$program" || missing+=("$(package_of "$program")")
  done
  if [[ $1 == yes ]] && ! has_postgres; then
    [[ -z ${PIE_PG_BIN:-} ]] || fail "PIE_PG_BIN is $PIE_PG_BIN, but initdb and postgres are not there"
    missing+=(postgresql)
  fi
  (( ${#missing[@]} )) || return 0
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    fail "missing: ${missing[*]}. On Debian or Ubuntu:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    # The package would create and start a cluster, but the service creates its own.
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    sed -i -E 's/^#?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# tcmalloc is optional: without it trainers run with settings of glibc that are as fast but take more memory.
# The folders are those of MemoryAllocator.cs.
offer_tcmalloc() {
  local folder
  for folder in /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib64 /usr/lib /usr/local/lib; do
    if [[ -e $folder/libtcmalloc_minimal.so.4 ]]; then return; fi
  done
  say "tcmalloc is not installed; with it a trainer takes less memory. On Debian or Ubuntu:
  sudo apt-get install -y --no-install-recommends libtcmalloc-minimal4"
}

needs_postgres() { if [[ -n ${1:-} ]]; then echo no; else echo yes; fi; }
