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

# given_connection: the connection string of the service, in Npgsql's form.
given_connection() {
  if [[ -n ${ConnectionStrings__Pie:-} ]]; then printf '%s' "$ConnectionStrings__Pie"; return; fi
  [[ -r $PIE_DATA/connection ]] || fail "no private PostgreSQL in $PIE_DATA; start the service with ./pie up"
  cat -- "$PIE_DATA/connection"
}

# export_connection: sets the variables of psql, pg_dump and other programs of libpq from the connection string, with the
# keys that Npgsql has for them.
export_connection() {
  local given pair key value
  given=$(given_connection)
  while IFS= read -r -d ';' pair; do
    key=${pair%%=*}
    key=${key//[[:space:]]/}
    read -r value <<<"${pair#*=}"
    case $value in
      \'*\' | \"*\") value=${value:1:-1} ;;
      \'* | \"*) fail "a value with a semicolon cannot be read: set PIE_DB_PASSWORD_FILE instead of a password" ;;
    esac
    case ${key,,} in
      host | server) export PGHOST=$value ;;
      port) export PGPORT=$value ;;
      database | db) export PGDATABASE=$value ;;
      username | userid | uid) export PGUSER=$value ;;
      password | psw | pwd) export PGPASSWORD=$value ;;
      passfile) export PGPASSFILE=$value ;;
      sslmode) value=${value,,}; export PGSSLMODE=${value/#verify/verify-} ;;
      rootcertificate) export PGSSLROOTCERT=$value ;;
    esac
  done <<<"$given;"
  # As in the service, the file has the password of the given database and not that of the private one.
  if [[ -n ${ConnectionStrings__Pie:-} && -n ${PIE_DB_PASSWORD_FILE:-} ]]; then
    PGPASSWORD=$(<"$PIE_DB_PASSWORD_FILE")
    export PGPASSWORD
  fi
}

# connection [--url]: for other programs, as the connection string or as an address for libpq, SQLAlchemy, …
connection() {
  case $* in
    '') given_connection; echo ;;
    --url)
      export_connection
      printf 'postgresql://%s:%s@%s:%s/%s' "$(url_encoded "${PGUSER:-}")" "$(url_encoded "${PGPASSWORD:-}")" \
        "${PGHOST:-localhost}" "${PGPORT:-5432}" "$(url_encoded "${PGDATABASE:-${PGUSER:-}}")"
      tls_parameters
      echo
      ;;
    *) usage_error "connection: only --url, not '$*'" ;;
  esac
}

# tls_parameters: the settings of TLS as the end of an address; nothing if there are none.
tls_parameters() {
  local separator='?'
  if [[ -n ${PGSSLMODE:-} ]]; then printf '%ssslmode=%s' "$separator" "$PGSSLMODE"; separator='&'; fi
  if [[ -n ${PGSSLROOTCERT:-} ]]; then printf '%ssslrootcert=%s' "$separator" "$(url_encoded "$PGSSLROOTCERT")"; fi
}

# url_encoded TEXT: with %XX for each byte that has a meaning in an address.
url_encoded() {
  local LC_ALL=C text=$1 i char
  for (( i = 0; i < ${#text}; i++ )); do
    char=${text:i:1}
    case $char in [a-zA-Z0-9._~-]) printf '%s' "$char" ;; *) printf '%%%02X' "'$char" ;; esac
  done
}

run_psql() {
  export_connection
  command -v psql >/dev/null || fail "psql is missing. On Debian or Ubuntu: sudo apt-get install -y postgresql-client"
  # Paths in psql's commands are relative to the caller's folder.
  cd -- "$caller"
  exec psql "$@"
}
