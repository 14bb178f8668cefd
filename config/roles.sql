-- The database's roles and what each may do. Run by psql as a superuser, as often as you like:
--
--     CASEWORK_OWNER_PASSWORD=… CASEWORK_APP_PASSWORD=… CASEWORK_KEYS_PASSWORD=… psql --no-psqlrc --file config/roles.sql
--
--   casework_owner  owns the database casework and its tables; migrations run as it, nothing else does
--   casework_app    reads and writes rows: no DDL, no TRUNCATE, no way around row-level security
--   casework_keys   owns the database casework_keys, the key store, where no other role may connect

\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password CASEWORK_OWNER_PASSWORD
\getenv app_password CASEWORK_APP_PASSWORD
\getenv keys_password CASEWORK_KEYS_PASSWORD

SELECT format('CREATE ROLE %I', wanted.name)
  FROM (VALUES ('casework_owner'), ('casework_app'), ('casework_keys')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) \gexec

ALTER ROLE casework_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE casework_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE casework_keys LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'keys_password';

SELECT format('CREATE DATABASE %I OWNER %I', wanted.name, wanted.owner)
  FROM (VALUES ('casework', 'casework_owner'), ('casework_keys', 'casework_keys')) AS wanted (name, owner)
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = wanted.name) \gexec

REVOKE ALL ON DATABASE casework FROM PUBLIC;
GRANT CONNECT ON DATABASE casework TO casework_app;
REVOKE ALL ON DATABASE casework_keys FROM PUBLIC;

\connect casework
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO casework_app;
ALTER DEFAULT PRIVILEGES FOR ROLE casework_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO casework_app;
ALTER DEFAULT PRIVILEGES FOR ROLE casework_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO casework_app;
