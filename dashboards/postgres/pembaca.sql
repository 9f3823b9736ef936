-- A login that reads the schema `laporan` and nothing else: for Grafana, for a spreadsheet.
-- Run by an administrator of the server, in Tenggat's database, after `tenggat db migrate`:
--
--   psql -d tenggat -v login=grafana -f pembaca.sql
--   \password grafana          (or a line of peer or certificate authentication in pg_hba.conf)
--
-- Safe to run again. Settings belong to the login, since a group hands none on.
\set ON_ERROR_STOP on
SELECT 'CREATE ROLE tenggat_laporan NOLOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_laporan') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'login')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec

GRANT USAGE ON SCHEMA laporan TO tenggat_laporan;
GRANT SELECT ON ALL TABLES IN SCHEMA laporan TO tenggat_laporan;
GRANT tenggat_laporan TO :"login";

ALTER ROLE :"login" CONNECTION LIMIT 10;
ALTER ROLE :"login" SET default_transaction_read_only = on;
ALTER ROLE :"login" SET statement_timeout = '10s';
ALTER ROLE :"login" SET lock_timeout = '1s';
ALTER ROLE :"login" SET idle_in_transaction_session_timeout = '30s';
-- Compiling a wide view's expressions takes longer than running them.
ALTER ROLE :"login" SET jit = off;
ALTER ROLE :"login" SET search_path = laporan;
