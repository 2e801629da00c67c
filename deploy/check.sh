#!/usr/bin/env bash
# Checks the files of this folder as far as that is possible without Slurm, Docker and a cluster: ShellCheck,
# systemd-analyze, Kustomize (kubectl), the schemas of Kubernetes, KEDA and Compose (npm packages, which are installed
# into a temporary folder). A check whose program is missing is named and skipped. Exit code 1 if a check failed.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failed=0

# check NAME PROGRAM COMMAND…: the command prints nothing that matters if it succeeds.
check() {
  local name=$1 program=$2
  shift 2
  if ! command -v "$program" >/dev/null; then echo "skipped: $name ($program is missing)"; return; fi
  if "$@" >"$work/output" 2>&1; then echo "passed: $name"; else cat "$work/output"; echo "failed: $name"; failed=1; fi
}

check 'shell scripts' shellcheck shellcheck deploy/*.sh deploy/compose/*.sh deploy/slurm/*.sbatch
check 'units of systemd' systemd-analyze systemd-analyze verify deploy/systemd/*.service deploy/systemd/*.timer
for overlay in base overlays/example overlays/example/key; do
  check "Kustomize: $overlay" kubectl \
    kubectl kustomize "deploy/kubernetes/$overlay" --output "$work/${overlay//\//-}.yaml"
done
if command -v npm >/dev/null; then
  npm install --silent --no-fund --no-audit --prefix "$work" \
    kubernetes-models@5.1.0 @kubernetes-models/keda@2.0.0 yaml@2.8.1 dclint@3.1.0 >/dev/null
  cp deploy/kubernetes/validate.mjs "$work"
fi
if command -v kubectl >/dev/null; then
  check 'schemas of Kubernetes and KEDA' npm node "$work/validate.mjs" "$work"/*.yaml
else
  echo 'skipped: schemas of Kubernetes and KEDA (kubectl is missing)'
fi
check 'schema of Compose' npm node "$work/node_modules/.bin/dclint" --quiet docker-compose.yml
exit "$failed"
