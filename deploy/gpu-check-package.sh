#!/usr/bin/env bash
# Packs deploy/gpu-check.sh with the trainer and .NET, without libtorch, for a machine with a GPU and PyTorch:
#
#   gpu-check-package.sh [FILE]       FILE is artifacts/gpu-check.tar.gz by default
#
# There: tar xzf gpu-check.tar.gz && PIE_GOLDEN=… PIE_MODELS=… gpu-check/gpu-check.sh
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
readonly most_bytes=$((60 * 1024 * 1024))

file=$(readlink -m -- "${1:-artifacts/gpu-check.tar.gz}")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
folder=$work/gpu-check
# Outputs of a build without libtorch must not mix with those of the usual one.
dotnet publish deploy/GpuCheck -c Release --self-contained -p:TorchBackend=none -p:ArtifactsPath="$work/artifacts" \
  -p:DebugType=none --output "$folder/trainer" --nologo --verbosity quiet
cp deploy/gpu-check.sh deploy/gpu-check.py "$folder"
mkdir -p -- "$(dirname -- "$file")"
tar --create --directory "$work" --owner=0 --group=0 gpu-check | gzip -9 >"$file"
bytes=$(stat --format %s "$file")
echo "$file: $((bytes / 1024 / 1024)) MiB"
if ((bytes > most_bytes)); then
  echo "It has more than $((most_bytes / 1024 / 1024)) MiB." >&2
  exit 1
fi
