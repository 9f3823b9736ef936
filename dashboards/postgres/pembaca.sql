-- A login that reads the reports of an office and nothing else: for Grafana, for a spreadsheet.
-- Run by an administrator of the server, in Tenggat's database, after `tenggat db migrate`:
--
--   psql -d tenggat -v login=grafana -f pembaca.sql
--   \password grafana          (or a line of peer or certificate authentication in pg_hba.conf)
--
-- Of an office in a schema of its own, whose reports lie in it among what is nobody else's to read:
--
--   psql -d tenggat -v schema=banjarbaru -v login=grafana_banjarbaru -f pembaca.sql
--
-- Safe to run again. Settings belong to the login, since a group hands none on. A login reads the
-- reports of one office: where it looks for names is one of its settings.
\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif
SELECT CASE :'schema' WHEN 'public' THEN 'laporan' ELSE :'schema' END AS reports,
       CASE :'schema' WHEN 'public' THEN 'tenggat_laporan' ELSE 'tenggat_laporan_' || :'schema' END AS readers \gset
SELECT format('CREATE ROLE %I NOLOGIN', :'readers')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'readers') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'login')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec

GRANT USAGE ON SCHEMA :"reports" TO :"readers";
-- What has a comment is a report.
SELECT format('GRANT SELECT ON %I.%I TO %I', :'reports', c.relname, :'readers')
  FROM pg_class c WHERE c.relnamespace = to_regnamespace(:'reports') AND c.relkind = 'v'
  AND obj_description(c.oid, 'pg_class') <> '' ORDER BY c.relname \gexec
GRANT :"readers" TO :"login";

ALTER ROLE :"login" CONNECTION LIMIT 10;
ALTER ROLE :"login" SET default_transaction_read_only = on;
ALTER ROLE :"login" SET statement_timeout = '10s';
ALTER ROLE :"login" SET lock_timeout = '1s';
ALTER ROLE :"login" SET idle_in_transaction_session_timeout = '30s';
-- Compiling a wide view's expressions takes longer than running them.
ALTER ROLE :"login" SET jit = off;
ALTER ROLE :"login" SET search_path = :"reports";
