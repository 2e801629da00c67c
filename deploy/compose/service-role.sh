#!/usr/bin/env bash
# Run once by the image of PostgreSQL, when its volume is new: makes the role of the service with the password of the
# secret. src/Api/Database/ServiceRole.sql says which rights it has.
set -euo pipefail

# psql hands the password over as a setting, so that no log has it.
PGOPTIONS="-c pie.service_password=$(cat /run/secrets/pie_db_password)" \
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname "$POSTGRES_DB" --file /service-role.sql
