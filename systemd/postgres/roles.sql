-- The two roles of an office's database: the owner, by whom `tenggat db migrate` changes the schema,
-- and the daemon's, which works in it and can change neither the schema nor what is on record.
-- Run by an administrator of the server, in Tenggat's database, before `tenggat db migrate`:
--
--   psql -d tenggat -v owner=tenggat_owner -v daemon=tenggat -f roles.sql
--
-- An office that shares the database with others, in a schema of its own:
--
--   psql -d tenggat -v schema=banjarbaru -v owner=tenggat_banjarbaru_owner -v daemon=tenggat_banjarbaru -f roles.sql
--
-- What is there already and belongs to somebody else, the daemon's role for instance, becomes the
-- owner's. Safe to run again. What the daemon's role may do is given by `tenggat db migrate`.
\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif
SET client_min_messages = warning;
SELECT :'schema' = 'public' AS first_office \gset
SELECT format('CREATE ROLE %I LOGIN', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'daemon')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'daemon') \gexec
-- It says who is in the way of a migration.
GRANT pg_read_all_stats TO :"owner";

BEGIN;
\if :first_office
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner') \gexec
\else
SELECT format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), :'owner', :'daemon') \gexec
-- Some migrations note down between two steps what they do.
SELECT format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), :'owner') \gexec
SELECT format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', :'schema', :'owner')
  WHERE to_regnamespace(:'schema') IS NULL \gexec
-- Who may read its reports (dashboards/postgres/pembaca.sql).
SELECT format('CREATE ROLE %I NOLOGIN', 'tenggat_laporan_' || :'schema')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_laporan_' || :'schema') \gexec
\endif
-- What all offices of the database share.
CREATE SCHEMA IF NOT EXISTS tenggat_extensions;
GRANT USAGE ON SCHEMA tenggat_extensions TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA tenggat_extensions;
SELECT 'ALTER EXTENSION pg_trgm SET SCHEMA tenggat_extensions' FROM pg_extension
  WHERE extname = 'pg_trgm' AND extnamespace <> 'tenggat_extensions'::regnamespace \gexec

CREATE TEMPORARY TABLE office ON COMMIT DROP AS
  SELECT oid FROM pg_namespace WHERE nspname = :'schema' OR :'schema' = 'public' AND nspname = 'laporan';
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, :'owner')
  FROM pg_namespace WHERE oid IN (TABLE office) \gexec
-- A sequence of a column goes along with its table; what belongs to an extension stays with it.
SELECT format('ALTER TABLE %I.%I OWNER TO %I', n.nspname, c.relname, :'owner')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.oid IN (TABLE office) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                  AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
  ORDER BY c.oid \gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, :'owner')
  FROM pg_proc p WHERE p.pronamespace IN (TABLE office)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'e')
  ORDER BY p.oid \gexec
-- No login makes large objects, which nothing here uses and nothing would ever clear away.
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure)
  FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
  AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_unlink', 'lo_put', 'lowrite') \gexec
COMMIT;
