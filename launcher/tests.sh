# Sourced by pie: tests, and test campaigns of any length.
# shellcheck shell=bash

run_tests() {
  local fast='' text='' filter='' seed=$RANDOM projects=(PieService.sln) results project database exit_code=0
  local needed=("${test_programs[@]}" "${browser_programs[@]}")
  while (( $# )); do
    case $1 in
      --fast) fast=yes; shift; continue ;;
      --filter)
        [[ -n ${2:-} ]] || fail "test: --filter needs a text"
        text=$2
        ;;
      --seed)
        [[ ${2:-} =~ ^[0-9]{1,9}$ ]] || fail "test: --seed needs a number"
        # The number is decimal, even with leading zeros.
        seed=$((10#$2))
        ;;
      *) fail "test: only --fast, --filter TEXT and --seed N, not $1" ;;
    esac
    shift 2
  done
  database=$(needs_postgres "${PIE_TEST_DB:-}")
  if [[ -n $text ]]; then filter="FullyQualifiedName~$text"; needed=("${test_programs[@]}"); fi
  if [[ -n $fast ]]; then
    projects=(tests/Domain.Tests tests/Worker.Tests)
    filter="Duration!=Long${filter:+&$filter}"
    needed=(python3)
    database=no
  fi
  check_sdk
  check_packages "$database" "${needed[@]}"
  # Tests use their own database and folders, so they must not get the settings of a real service.
  unset ConnectionStrings__Pie PIE_DATA PIE_ARTIFACTS PIE_REQUIRE_KEYS
  # Processes of tests end before code that is optimised by a profile has repaid the profile.
  export DOTNET_TieredPGO=0
  results=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf -- '$results'" EXIT
  for project in "${projects[@]}"; do
    # Debug, since a running service uses the Release binaries.
    quietly_build "$project" --configuration Debug
    # Two projects at a time: those that start processes wait for them most of the time. With a lower verbosity the
    # reason is not printed if the objects of a class of tests cannot be disposed.
    dotnet test "$project" --configuration Debug --no-build -m:2 --logger trx --logger 'console;verbosity=normal' \
      --results-directory "$results" ${filter:+--filter "$filter"} -- "xUnit.Seed=$seed" 2>&1 |
      sed -u '/^  Passed /d' | tee -a "$results/output" || exit_code=$?
  done
  # With a filter by name a project may have no tests.
  sum_up "$results" "$exit_code" "$seed" "${text:+empty}"
}

# sum_up RESULTS EXIT_CODE SEED [empty]: prints how many tests passed, failed and were skipped. It fails if dotnet test
# failed, and if no test ran, unless "empty" allows that.
sum_up() {
  local exit_code=$2 total=0 executed=0 passed=0 skipped='' counters
  while read -r counters; do
    total=$((total + $(attribute total "$counters")))
    executed=$((executed + $(attribute executed "$counters")))
    passed=$((passed + $(attribute passed "$counters")))
  done < <(find "$1" -name '*.trx' -exec grep -ho '<Counters [^>]*>' {} +)
  if (( exit_code == 0 && executed == 0 )) && [[ -z ${4:-} ]]; then
    say "No test ran."
    exit_code=1
  elif (( exit_code != 0 && executed == passed )); then
    say "dotnet test failed (exit code $exit_code) although no test did:"
    grep -A 12 'Cleanup Failure' "$1/output" || say "see above."
  fi
  reasons_of_skips "$1"
  if (( total > executed )); then skipped=", $((total - executed)) skipped"; fi
  say "The order was that of --seed $3"
  say "$passed passed, $((executed - passed)) failed$skipped"
  return "$exit_code"
}

# The reasons why tests were skipped, with the number of tests for each; dotnet test prints only the names.
reasons_of_skips() {
  find "$1" -name '*.trx' -exec python3 -c '
import collections, sys, xml.etree.ElementTree as tree
trx = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
reasons = collections.Counter(
    result.findtext(f".//{trx}Message", "runs only when asked for").strip()
    for file in sys.argv[1:]
    for result in tree.parse(file).iter(f"{trx}UnitTestResult") if result.get("outcome") == "NotExecuted")
for reason, count in reasons.items(): print(f"skipped {count}: {reason}")' {} +
}

faults() {
  numbers faults --kills PIE_FAULT_KILLS --seed PIE_FAULT_SEED -- "$@"
  long_test tests/Faults Campaign.Results_after_random_faults Debug
}

requests() {
  numbers requests --count PIE_REQUEST_COUNT --seed PIE_REQUEST_SEED -- "$@"
  long_test tests/Requests Campaign.Every_response Debug
}

# Release, since it measures; it would overwrite a running service, which would also compete with it.
load() {
  numbers load --rate PIE_LOAD_RATE --seconds PIE_LOAD_SECONDS -- "$@"
  if is_running_from_here; then fail "load: stop what runs from this checkout first: ./pie down"; fi
  long_test tests/Requests Load.Requests_at_a_constant_rate Release -- xUnit.Explicit=only
}

# numbers COMMAND OPTION VARIABLE… -- ARGUMENTS…: exports each option's number as an environment variable.
numbers() {
  local command=$1
  local -A variables=()
  shift
  while [[ $1 != -- ]]; do variables[$1]=$2; shift 2; done
  shift
  while (( $# )); do
    [[ -n ${variables[$1]:-} ]] || fail "$command: ${!variables[*]} with a number, not $1"
    [[ ${2:-} =~ ^[0-9]{1,6}$ ]] || fail "$command: $1 needs a number"
    export "${variables[$1]}=$2"
    shift 2
  done
}

# long_test PROJECT NAME CONFIGURATION ARGUMENTS…: one test with all its output, as long as its settings require.
long_test() {
  check_sdk
  check_packages yes
  unset ConnectionStrings__Pie PIE_DATA PIE_ARTIFACTS PIE_REQUIRE_KEYS
  quietly_build "$1" --configuration "$3"
  dotnet test "$1" --configuration "$3" --no-build --filter "FullyQualifiedName~$2" \
    --logger "console;verbosity=detailed" "${@:4}"
}

attribute() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$2"; }
