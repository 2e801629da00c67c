# Sourced by pie: ./pie wait.
# shellcheck shell=bash

# A JSON string, as a regular expression of grep -E.
json_string='"([^"\\]|\\.)*"'

# Waits through outages and restarts of the service. It ends when the sweep ends, when the time is over, or when the
# service gives an answer that will not change.
wait_for_sweep() {
  local sweep='' url='' end='' state='' progress told='' warned='' failure='' answer status pause
  local counts='"progress":\{"runs":\{"total":([0-9]+),"queued":[0-9]+,"running":([0-9]+),"succeeded":([0-9]+),'
  counts+='"failed":([0-9]+).*"epochs":\{"total":([0-9]+),"done":([0-9]+)'
  while (( $# )); do
    case $1 in
      --timeout)
        [[ ${2:-} =~ ^[0-9]{1,9}$ ]] || usage_error "wait: --timeout needs a number of seconds"
        end=$((SECONDS + 10#$2))
        shift 2 ;;
      --url)
        [[ ${2:-} =~ ^https?://[^[:space:]]+$ ]] || usage_error "wait: --url needs an address such as $(service_url)"
        url=$2
        shift 2 ;;
      *)
        [[ -z $sweep && $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] ||
          usage_error "wait: the id of one sweep, not '$1'"
        sweep=$1
        shift ;;
    esac
  done
  [[ -n $sweep ]] || usage_error "wait: the id of a sweep is missing"
  command -v curl >/dev/null || fail "curl is missing. On Debian or Ubuntu: sudo apt-get install -y curl"
  if [[ -z $url ]]; then url=${PIE_API:-$(cat -- "$run/url" 2>/dev/null || service_url)}; fi
  url=${url%/}
  while true; do
    answer=$(ask_service --include --show-error "$url/api/v1/sweeps/$sweep" 2>&1) || answer="HTTP/1.1 000 $answer"
    status=${answer#* }
    status=${status:0:3}
    pause=5
    case $status in
      200)
        # A quote in a name or a text is escaped as \", so these keys never match within one.
        [[ $answer =~ \"state\":\"([a-z]+)\" ]] || fail "wait: what answers at $url is not PieService"
        state=${BASH_REMATCH[1]}
        progress=$state
        if [[ $answer =~ $counts ]]; then
          progress="$state, ${BASH_REMATCH[3]} of ${BASH_REMATCH[1]} runs done, ${BASH_REMATCH[2]} running,"
          progress+=" ${BASH_REMATCH[4]} failed, ${BASH_REMATCH[6]} of ${BASH_REMATCH[5]} epochs"
        fi
        if [[ $answer =~ \"warnings\":\[[^]]*\] && ${BASH_REMATCH[0]} != "$warned" ]]; then
          warned=${BASH_REMATCH[0]}
          print_warnings <<<"$answer"
        fi
        if [[ $answer =~ \"labellingError\":$json_string && ${BASH_REMATCH[0]} != "$failure" ]]; then
          failure=${BASH_REMATCH[0]}
          printf 'a labelling failed: %s\n' "$(string_values labellingError <<<"$failure")" >&2
        fi
        if [[ $progress != "$told" ]]; then told=$progress; printf '%s\n' "$told" >&2; fi
        case $state in
          succeeded)
            print_results "$url/api/v1/sweeps/$sweep"
            say "$state"
            return 0 ;;
          failed | cancelled)
            print_results "$url/api/v1/sweeps/$sweep"
            say "$state"
            return 1 ;;
        esac ;;
      404) fail "wait: sweep $sweep was not found at $url" ;;
      000 | 429 | 5??)
        if [[ $told != away ]]; then printf 'no answer from %s (%s); waiting for it\n' "$url" "$status" >&2; fi
        told=away ;;
      *) fail "wait: $url answered $status: $(problem_text "${answer##*$'\n'}")" ;;
    esac
    if [[ $answer =~ $'\n'[Rr]etry-[Aa]fter:\ *([0-9]{1,4}) ]]; then pause=$((10#${BASH_REMATCH[1]})); fi
    if [[ -n $end ]]; then
      if (( SECONDS >= end )); then
        printf 'pie: wait: the sweep has not ended in time; it is %s\n' "${state:-unknown}" >&2
        return 3
      fi
      if (( pause > end - SECONDS )); then pause=$((end - SECONDS)); fi
    fi
    sleep "$((pause > 0 ? pause : 1))"
  done
}

# problem_text BODY: the detail of a problem of the API, else its title; any other body as it is.
problem_text() {
  local name text
  for name in detail title; do
    text=$(string_values "$name" <<<"$1" | head -n 1)
    if [[ -n $text ]]; then printf '%s\n' "$text"; return; fi
  done
  printf '%s\n' "$1"
}

# print_results URL-OF-SWEEP: what is doubtful about the first 1,000 comparisons, and why the first 1,000 failed runs have
# failed. Without an answer nothing is printed: the state of the sweep is known.
print_results() {
  print_warnings comparisons < <(ask_service "$1/comparisons?pageSize=1000")
  ask_service "$1/runs?state=failed&pageSize=1000" | string_values error | sort | uniq -c | sort -rn | head -n 5 |
    while read -r count error; do printf '%s failed: %s\n' "$count" "$error" >&2; done || true
}

# print_warnings [THINGS]: each kind of warning in the JSON on standard input, with its first sentence. THINGS says what
# has several of a kind.
print_warnings() {
  local answer code count
  answer=$(cat)
  while read -r count code; do
    printf 'warning (%s%s): %s\n' "$code" "${1:+, $1: $count}" \
      "$(grep -oE "\"code\":\"$code\",\"message\":$json_string" <<<"$answer" | string_values message | head -n 1)" >&2
  done < <(grep -oE "\"code\":\"[A-Za-z]+\",\"message\":$json_string" <<<"$answer" | string_values code | sort | uniq -c)
}

# string_values NAME: the text of each property of this name in the JSON on standard input. A quote in a text is escaped
# as \", so the name never matches within one.
string_values() {
  { grep -oE "\"$1\":$json_string" || true; } | sed -E "s/^\"$1\":\"(.*)\"\$/\1/; s/\\\\([\"\\\\])/\1/g"
}
