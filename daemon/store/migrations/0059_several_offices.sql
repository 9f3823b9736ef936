-- Several offices in one database, each in a schema of its own (daemon/store/office_schema.h).

-- What all offices share lies in no office's schema. Where another role owns the extension, it stays
-- until an administrator moves it.
DO $$
BEGIN
  IF to_regnamespace('tenggat_extensions') IS NULL THEN
    CREATE SCHEMA tenggat_extensions;
    GRANT USAGE ON SCHEMA tenggat_extensions TO PUBLIC;
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm'
             AND extnamespace <> 'tenggat_extensions'::regnamespace) THEN
    ALTER EXTENSION pg_trgm SET SCHEMA tenggat_extensions;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE 'pg_trgm is left where it is, to an administrator';
  WHEN duplicate_schema OR unique_violation THEN NULL;  -- by another office at the same time
END $$;

-- Whoever changes what daemons keep in memory raises the mark and tells them (add_changed() in
-- daemon/store/commands.h): a NOTIFY of a trigger cannot be prepared where a commit has two phases.
DROP TRIGGER rules_changed ON rule_in_force;
DROP TRIGGER rules_changed ON sop_retirement;
DROP TRIGGER people_changed ON officer;
DROP TRIGGER people_changed ON officer_role;
DROP TRIGGER people_changed ON officer_leave;
DROP TRIGGER people_changed ON delegation;
DROP TRIGGER people_changed ON silence;
DROP TRIGGER tokens_changed ON token;
DROP FUNCTION bump_change_mark();

-- A function finds the office's tables whoever calls it, wherever it runs. This one is called by
-- almost every statement, and setting a path would take longer than all it does: it names them.
DO $$
BEGIN
  EXECUTE format($function$
    CREATE OR REPLACE FUNCTION office_now() RETURNS timestamptz LANGUAGE plpgsql AS $body$
    BEGIN
      RETURN (SELECT %1$I.office_time(c.start_at, c.speed, c.anchor_at)
              FROM (SELECT) AS one LEFT JOIN %1$I.simulated_clock c ON true);
    END $body$ $function$, current_schema());
END $$;
ALTER FUNCTION refuse_change() SET search_path FROM CURRENT;
ALTER FUNCTION refuse_shared_address() SET search_path FROM CURRENT;
ALTER FUNCTION refuse_leave_overlap() SET search_path FROM CURRENT;
ALTER FUNCTION refuse_delegation_overlap() SET search_path FROM CURRENT;
-- These have one, as it was when they were made.
ALTER FUNCTION is_retired(bigint) SET search_path FROM CURRENT;
ALTER FUNCTION release_files(text[], bigint[], timestamptz) SET search_path FROM CURRENT;
ALTER FUNCTION retire_permits(bigint[]) SET search_path FROM CURRENT;
ALTER FUNCTION forget_canarys_events() SET search_path FROM CURRENT;
ALTER FUNCTION laporan.sekarang() SET search_path FROM CURRENT;
ALTER FUNCTION laporan.bulan_sop() SET search_path FROM CURRENT;

-- Reports are asked for without a schema's name. A login has the path from pembaca.sql; whoever reads the first office's with
-- another one finds them, too, where the database is ours to say so.
DO $$
BEGIN
  IF current_schema() = 'public'
     AND (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
    EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, laporan', current_database());
  END IF;
END $$;

-- Each office has a channel of its own from now on; daemons from before hear of this on the one they had.
NOTIFY tenggat, 'schema';
