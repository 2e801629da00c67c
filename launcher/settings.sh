# Sourced by pie: messages, and settings from the environment.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
fail() { printf 'pie: %s\n' "$*" >&2; exit 1; }
usage_error() { printf 'pie: %s\n' "$*" >&2; exit 2; }

# Paths become absolute before the folder is changed. Symbolic links are kept as given, since the API finds its server
# by the exact text of the path.

absolute() { realpath --canonicalize-missing --no-symlinks -- "$1"; }

default_data=/var/lib/pieservice
if [[ $(id -u) != 0 ]]; then default_data=${XDG_DATA_HOME:-$HOME/.local/share}/pieservice; fi
PIE_DATA=$(absolute "${PIE_DATA:-$default_data}")
export PIE_DATA
for folder in PIE_ARTIFACTS PIE_VECTORS PIE_MODELS PIE_DATA_SETS PIE_GOLDEN PIE_SAMPLES; do
  if [[ -n ${!folder:-} ]]; then export "$folder=$(absolute "${!folder}")"; fi
done
PIE_HOST=${PIE_HOST:-127.0.0.1}
PIE_PORT=${PIE_PORT:-5000}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

readonly caller=$PWD
cd -- "$root"
readonly api_dll=$PWD/artifacts/bin/Api/release/PieService.Api.dll
readonly worker_dll=$PWD/artifacts/bin/Worker/release_linux-x64/PieService.Worker.dll
readonly import_dll=$PWD/artifacts/bin/Import/release/PieService.Import.dll
readonly run=$PIE_DATA/run logs=$PIE_DATA/logs
readonly seconds_to_get_ready=180
# The worker itself has PIE_STOP_SECONDS, 150 by default, to return its runs; it refuses a value that is not a number.
seconds_to_stop=155
if [[ ${PIE_STOP_SECONDS:-} =~ ^[1-9][0-9]{0,4}$ ]]; then seconds_to_stop=$((PIE_STOP_SECONDS + 5)); fi
readonly seconds_to_stop

# from_caller PATH: the path as the caller's folder has it.
from_caller() { if [[ $1 == /* ]]; then printf '%s' "$1"; else printf '%s/%s' "$caller" "$1"; fi; }
