# Sourced by pie: starts, finds, awaits and stops the processes of the service.
# shellcheck shell=bash

# A pid file contains "pid start-time". This pair is never reused, so a recycled pid is not mistaken for ours. Each
# process is the leader of its own session, which its trainers share, so they are found even when the leader has ended.

# stat_field PID N: field N >= 3 of /proc/PID/stat (man 5 proc); the name before these fields may contain any character.
stat_field() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"
  echo "${fields[$2 - 3]}"
}

is_alive() { [[ $(stat_field "$1" 3 || echo Z) != Z ]]; }

# pid_of api|worker: its pid, if it runs.
pid_of() {
  local pid started
  read -r pid started 2>/dev/null <"$run/$1.pid" || return 1
  is_alive "$pid" && [[ $(stat_field "$pid" 22) == "$started" ]] && echo "$pid"
}

# family_of api|worker: the process and those that it started, the latter even if the process was killed.
family_of() {
  local session started candidate
  read -r session started 2>/dev/null <"$run/$1.pid" || return 0
  if is_alive "$session" && [[ $(stat_field "$session" 22) != "$started" ]]; then return 0; fi
  # Fields 3 (state) and 6 (session) of the processes that have not ended.
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } |
    awk -v session="$session" '{ pid = $1; sub(/^.*\) /, ""); if ($1 != "Z" && $4 == session) print pid }' |
    while read -r candidate; do
      if grep -qszF PieService "/proc/$candidate/cmdline"; then echo "$candidate"; fi
    done
}

# launch api|worker DLL ARGUMENTS…
launch() {
  local name=$1 dll=$2 log=$logs/$1.log
  shift
  local age
  for age in 4 3 2 1; do if [[ -e $log.$age ]]; then mv -f -- "$log.$age" "$log.$((age + 1))"; fi; done
  if [[ -e $log ]]; then mv -f -- "$log" "$log.1"; fi
  # Descriptor 9 is closed: a process that inherits it would hold the lock.
  (cd -- "$(dirname -- "$dll")" && exec setsid dotnet "$@" </dev/null >"$log" 2>&1 9>&-) &
  say "$! $(stat_field $! 22)" >"$run/$name.pid"
  disown
}

# await SECONDS CONDITION…: polls the condition, and fails after this time.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    (( SECONDS < end )) || return 1
    sleep 0.2
  done
}

# await_ready api|worker CONDITION…: shows the log of a process that ends or is not ready in time.
await_ready() {
  local name=$1
  shift
  ready_or_dead() { "$@" || ! pid_of "$name" >/dev/null; }
  await "$seconds_to_get_ready" ready_or_dead "$@" || true
  pid_of "$name" >/dev/null && "$@" && return
  tail -n 30 -- "$logs/$name.log" >&2
  if pid_of "$name" >/dev/null; then fail "the $name is not ready after $seconds_to_get_ready s (its log is above)"; fi
  fail "the $name has ended (its log is above)"
}

is_gone() { [[ -z $(family_of "$1") ]]; }

stop() {
  local name=$1 leader family
  family=$(family_of "$name")
  if [[ -n $family ]]; then
    say "Stopping the $name"
    # The worker stops its trainers itself, after they have saved their work.
    if leader=$(pid_of "$name"); then family=$leader; fi
    # shellcheck disable=SC2086 # one word for each pid
    kill -TERM $family 2>/dev/null || true
    if ! await "$seconds_to_stop" is_gone "$name"; then
      say "The $name does not stop; killing it"
      # shellcheck disable=SC2046
      kill -KILL $(family_of "$name") 2>/dev/null || true
      await 10 is_gone "$name" || fail "the $name cannot be killed"
    fi
  fi
  rm -f -- "$run/$name.pid"
}

# If two ./pie run at the same time, the second waits and then finds the work of the first done.
lock() {
  mkdir -p -- "$PIE_DATA"
  # shellcheck disable=SC2174 # the parent folder exists, so the mode applies to every folder created here
  mkdir -p -m 700 -- "$run" "$logs"
  exec 9>"$run/lock"
  flock --nonblock 9 || { say "Waiting for another ./pie"; flock 9; }
}
