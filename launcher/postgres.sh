# Sourced by pie: the database of the service.
# shellcheck shell=bash

# private_postgres: the pid of a server in PIE_DATA/pg.
private_postgres() {
  local pid
  { read -r pid <"$PIE_DATA/pg/postmaster.pid"; } 2>/dev/null || return 1
  grep -qszxF -- "$PIE_DATA/pg" "/proc/$pid/cmdline" && echo "$pid"
}

# A killed API leaves its server running. An API that was started in another way and is alive holds the lock.
stop_private_postgres() {
  local pid signal
  no_private_postgres() { ! private_postgres >/dev/null; }
  pid=$(private_postgres) || return 0
  flock --nonblock "$PIE_DATA/pg.lock" true || fail "an API that ./pie did not start uses $PIE_DATA/pg"
  say "Stopping PostgreSQL in $PIE_DATA/pg"
  for signal in INT QUIT; do
    kill "-$signal" "$pid" 2>/dev/null || true
    if await 30 no_private_postgres; then return; fi
  done
  fail "PostgreSQL (process $pid) does not stop"
}

# The connection string is in Npgsql's form; these of its keys exist in psql.
run_psql() {
  local given=${ConnectionStrings__Pie:-} pair key
  if [[ -z $given ]]; then
    [[ -r $PIE_DATA/connection ]] || fail "no private PostgreSQL in $PIE_DATA; start the service with ./pie up"
    given=$(<"$PIE_DATA/connection")
  fi
  while IFS= read -r -d ';' pair; do
    key=${pair%%=*}
    case ${key,,} in
      host) export PGHOST=${pair#*=} ;;
      port) export PGPORT=${pair#*=} ;;
      database) export PGDATABASE=${pair#*=} ;;
      username) export PGUSER=${pair#*=} ;;
      password) PGPASSWORD=${pair#*=}; PGPASSWORD=${PGPASSWORD#\'}; export PGPASSWORD=${PGPASSWORD%\'} ;;
    esac
  done <<<"$given;"
  command -v psql >/dev/null || fail "psql is missing. On Debian or Ubuntu: sudo apt-get install -y postgresql-client"
  # Paths in psql's commands are relative to the caller's folder.
  cd -- "$caller"
  exec psql "$@"
}
