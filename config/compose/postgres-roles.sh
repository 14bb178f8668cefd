#!/bin/sh
# Makes the roles and both databases (config/roles.sql) with the passwords of /run/secrets. The image of PostgreSQL runs it when its
# cluster is new; run it again after changing a password:  docker-compose exec postgres /docker-entrypoint-initdb.d/10-casework.sh
set -eu
CASEWORK_OWNER_PASSWORD=$(cat /run/secrets/owner_password)
CASEWORK_APP_PASSWORD=$(cat /run/secrets/app_password)
CASEWORK_KEYS_PASSWORD=$(cat /run/secrets/keys_password)
export CASEWORK_OWNER_PASSWORD CASEWORK_APP_PASSWORD CASEWORK_KEYS_PASSWORD
psql --no-psqlrc --quiet --username postgres --dbname postgres --file /casework/roles.sql
