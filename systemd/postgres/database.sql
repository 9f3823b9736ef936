-- Tenggat's database, and who may log in as its roles from now on: run by an administrator of the
-- server once pg_hba.conf and pg_ident.conf say so (`tenggat setup` does it). Safe to run again.
--
--   psql -d postgres -v database=tenggat -f database.sql
\set ON_ERROR_STOP on
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''',
              :'database')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT pg_reload_conf() \g /dev/null
