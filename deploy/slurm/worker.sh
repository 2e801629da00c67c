# Sourced by the jobs: starts a worker, hands SIGTERM on to it, and waits until it has returned its runs.
# shellcheck shell=bash

: "${ConnectionStrings__Pie:?is missing: the PostgreSQL that all workers and the API use}"

# Slurm kills a job KillWait (30 s by default) after SIGTERM.
export PIE_STOP_SECONDS=${PIE_STOP_SECONDS:-25}
# The processors of the job. Without a limit by Slurm, .NET counts those of the node, and slots and threads follow from
# this number where PIE_SLOTS and PIE_THREADS are not set.
export DOTNET_PROCESSOR_COUNT=${DOTNET_PROCESSOR_COUNT:-${SLURM_CPUS_PER_TASK:-$(nproc)}}
# Caches of datasets, of which each node has its own. Other users of the node must neither read nor prepare them.
if [[ -n ${PIE_DATA:-} ]]; then
  # shellcheck disable=SC2174 # the mode is for this folder, not for its parents
  mkdir -p -m 700 -- "$PIE_DATA"
  [[ -O $PIE_DATA ]] || { echo "PIE_DATA is $PIE_DATA, a folder of another user: name another one" >&2; exit 2; }
else
  PIE_DATA=$(mktemp --directory)
  trap 'rm -rf -- "$PIE_DATA"' EXIT
fi
export PIE_DATA

program=${PIE_WORKER:-artifacts/bin/Worker/release_linux-x64/PieService.Worker.dll}
dotnet "$program" --until-idle "${PIE_IDLE_SECONDS:-120}" &
worker=$!
trap 'kill -TERM "$worker" 2>/dev/null || true' TERM INT
# A signal ends the first wait; the worker then still returns its runs.
exit_code=0
wait "$worker" || exit_code=$?
while kill -0 "$worker" 2>/dev/null; do
  exit_code=0
  wait "$worker" || exit_code=$?
done
exit "$exit_code"
