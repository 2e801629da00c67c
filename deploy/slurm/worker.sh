# Sourced by the jobs: starts a worker, hands SIGTERM on to it, and waits until it has returned its runs.
# shellcheck shell=bash

: "${ConnectionStrings__Pie:?is missing: the PostgreSQL that all workers and the API use}"

# Slurm kills a job KillWait (30 s by default) after SIGTERM.
export PIE_STOP_SECONDS=${PIE_STOP_SECONDS:-25}
# A node's processors that the job has; nproc counts those only.
export PIE_SLOTS=${PIE_SLOTS:-}
# Caches of datasets, of which each node has its own.
export PIE_DATA=${PIE_DATA:-${TMPDIR:-/tmp}/pieservice-$(id -un)}

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
