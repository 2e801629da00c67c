#!/usr/bin/env bash
# Checks the trainer on a GPU, on a machine that needs neither .NET nor a network: only Python with PyTorch, of the
# minor version for which the trainer was built. deploy/gpu-check-package.sh packs it together with the trainer.
#
#   gpu-check.sh [--cpu] [REPORT]     REPORT is gpu-check.json by default; --cpu is a small form on the processor
#
# PIE_GOLDEN and PIE_MODELS name the folders of golden values and of models with reference outputs; without them these
# steps are skipped. PYTHON names the interpreter, PIE_LIBTORCH another torch/lib. It takes less than eight minutes. The
# exit code is 1 if a check failed.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")

mode=()
if [[ ${1:-} == --cpu ]]; then mode=(--cpu); shift; fi
report=${1:-gpu-check.json}
python=${PYTHON:-python3}
trainer=$here/trainer/PieService.GpuCheck
if [[ ! -x $trainer ]]; then
  echo "There is no trainer in $here/trainer: build the package with deploy/gpu-check-package.sh." >&2
  exit 2
fi
if [[ -z ${PIE_LIBTORCH:-} ]]; then
  if ! PIE_LIBTORCH=$("$python" -c 'import torch; print(torch.__path__[0] + "/lib")' 2>/dev/null); then
    echo "$python has no PyTorch. Set PYTHON to an interpreter that has it, or PIE_LIBTORCH to its torch/lib." >&2
    exit 2
  fi
fi

# As the supervisor starts its trainers (src/Worker/Trainers/TrainerStart.cs); the first GPU is used.
export PIE_LIBTORCH OMP_WAIT_POLICY=passive CUBLAS_WORKSPACE_CONFIG=:4096:8 DOTNET_TieredCompilation=0
export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-0}

failed=0
rm -f -- "$report.trainer" "$report"
timeout --kill-after=5 300 "$trainer" "$report.trainer" "${mode[@]}" || failed=1
if [[ ! -e $report.trainer ]]; then
  echo "The trainer ended before its first check." >&2
  exit 1
fi
timeout --kill-after=5 160 "$python" "$here/gpu-check.py" "$report.trainer" "$report" "${mode[@]}" || failed=1
rm -f -- "$report.trainer"
echo "The report is $report."
exit "$failed"
