# Sourced by pie: the benchmark.
# shellcheck shell=bash

bench() {
  local part='' compare='' grids='' texts='' report checkpoint
  while (( $# )); do
    case $1 in
      --part)
        [[ ${2:-} =~ ^(training|store|requests|sweep|bert-sweep)$ ]] ||
          fail "bench: --part needs training, store, requests, sweep or bert-sweep"
        part=$2
        ;;
      --compare)
        [[ -f ${2:+$(from_caller "$2")} ]] || fail "bench: --compare needs the file of an earlier report"
        compare=$(from_caller "$2")
        ;;
      --grid)
        [[ ${2:-} =~ ^[0-9]{1,3}(\.[0-9]{1,3})?$ && $2 =~ [1-9] ]] ||
          fail "bench: --grid needs a number of grids above 0, as 1 or 0.1"
        grids=$2
        ;;
      --texts)
        [[ ${2:-} =~ ^[1-9][0-9]{2,5}$ ]] || fail "bench: --texts needs a number of texts, at least 100"
        texts=$2
        ;;
      *) fail "bench: only --part NAME, --texts N, --compare FILE and --grid N, not $1" ;;
    esac
    shift 2
  done
  if [[ -n $grids && -n $part$compare$texts ]]; then fail "bench: --grid stands alone"; fi
  # It measures, so nothing may run beside it; and it builds what would run.
  if is_running_from_here; then fail "bench: stop what runs from this checkout first: ./pie down"; fi
  check_sdk
  check_packages yes
  unset ConnectionStrings__Pie PIE_DATA PIE_ARTIFACTS PIE_REQUIRE_KEYS
  quietly_build bench --configuration Release
  if [[ -n $grids ]]; then
    dotnet artifacts/bin/Bench/release_linux-x64/PieService.Bench.dll grid "$grids" "$PWD/artifacts/bench/grid-$grids.json"
    return
  fi
  report=$PWD/artifacts/bench/$(date --utc +%Y-%m-%dT%H%M%S).json
  checkpoint=$(find -L "${PIE_MODELS:-/nonexistent}" -maxdepth 2 -name config.json -printf '%h\n' 2>/dev/null | sort | head -n 1) || true
  dotnet artifacts/bin/Bench/release_linux-x64/PieService.Bench.dll report "$report" ${part:+--part "$part"} \
    ${compare:+--compare "$compare"} ${checkpoint:+--checkpoint "$checkpoint"} ${texts:+--texts "$texts"}
}
