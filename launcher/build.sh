# Sourced by pie: builds of the product.
# shellcheck shell=bash

# Prints nothing unless it fails. Descriptor 9 is closed: build servers outlive the build and would keep the lock.
quietly_build() {
  local output
  # A library that the loader cannot preload is a line on standard error, which tasks of the build take for an error.
  output=$(env --unset=LD_PRELOAD dotnet build "$@" --verbosity quiet 9>&-) || { say "$output" >&2; fail "$1 does not build (see above)"; }
}

is_running_from_here() { grep -qszxF -f <(printf '%s\n' "$api_dll" "$worker_dll") /proc/[0-9]*/cmdline; }

# build PROJECT…
build() {
  local project
  # Overwriting a file that a running process has mapped would kill the process, even one with another PIE_DATA.
  if is_running_from_here; then
    say "Not building: processes are running from this checkout"
    return
  fi
  say "Building"
  for project in "$@"; do quietly_build "$project" --configuration Release; done
}
