-- The life of a service: what was closed keeps the version it was closed under, a service may be
-- retired. And people: no two in service share an address, no entry replaces another unasked.

-- --- Versions -----------------------------------------------------------------------------------

-- Empty: the permit's own. Written when the permit goes on to another version.
ALTER TABLE visit ADD COLUMN sop_version text NOT NULL DEFAULT '';
ALTER TABLE pause ADD COLUMN sop_version text NOT NULL DEFAULT '';

-- Of permits that have gone on already: the version before the first move after the visit's closing.
-- One taken back was closed by nobody: it is read by the version it was opened under.
WITH gone_on AS (
  SELECT permit, sequence, at, fields ->> 'from' AS version FROM event WHERE type = 'sop_migrated'),
closed AS (
  SELECT v.permit, v.id,
         coalesce((SELECT max(e.sequence) FROM event e
                   WHERE e.permit = v.permit AND e.visit = v.id AND e.type = 'acted'),
                  (SELECT max(e.sequence) FROM event e
                   WHERE e.permit = v.permit AND e.at <= v.opened_at), 0) AS sequence
  FROM visit v
  WHERE v.permit IN (SELECT permit FROM gone_on) AND (v.closed_at IS NOT NULL OR v.undone))
UPDATE visit v SET sop_version = g.version
FROM closed c
CROSS JOIN LATERAL (SELECT version FROM gone_on o WHERE o.permit = c.permit AND o.sequence > c.sequence
                    ORDER BY o.sequence LIMIT 1) g
WHERE v.permit = c.permit AND v.id = c.id;

-- A pause by the version it was begun under, an open one too: that knows its reason and its end.
WITH gone_on AS (
  SELECT permit, sequence, at, fields ->> 'from' AS version FROM event WHERE type = 'sop_migrated')
UPDATE pause p SET sop_version = (SELECT version FROM gone_on o WHERE o.permit = p.permit AND o.at >= p.from_at
                                  ORDER BY o.sequence LIMIT 1)
WHERE EXISTS (SELECT FROM gone_on o WHERE o.permit = p.permit AND o.at >= p.from_at);

WITH gone_on AS (
  SELECT permit, sequence, at, fields ->> 'from' AS version FROM event WHERE type = 'sop_migrated')
UPDATE visit v SET acknowledged = acknowledged || jsonb_build_object('sop_version',
  (SELECT version FROM gone_on o WHERE o.permit = v.permit
     AND o.at >= to_timestamp((v.acknowledged ->> 'at')::bigint) ORDER BY o.sequence LIMIT 1))
WHERE v.acknowledged IS NOT NULL
  AND EXISTS (SELECT FROM gone_on o WHERE o.permit = v.permit
                AND o.at >= to_timestamp((v.acknowledged ->> 'at')::bigint));

-- The check of an open permit whose pause had lost its end is made anew by the watch: at once.
WITH stuck AS (
  SELECT p.permit, p.visit FROM pause p WHERE p.to_at IS NULL AND p.sop_version <> '')
UPDATE visit v SET check_at = office_now()
FROM stuck s
WHERE v.permit = s.permit AND v.id = s.visit AND v.closed_at IS NULL AND NOT v.undone;

-- --- Services that take no new applications -----------------------------------------------------

-- Retired while a row is not restored. Nothing is deleted: who did it, and when (the office's clock).
CREATE TABLE sop_retirement (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sop         text NOT NULL,
  retired_at  timestamptz NOT NULL DEFAULT office_now(),
  retired_by  text NOT NULL,
  restored_at timestamptz,
  restored_by text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX sop_retired ON sop_retirement (sop) WHERE restored_at IS NULL;
CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE ON sop_retirement
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('rules');

-- --- People -------------------------------------------------------------------------------------

-- Whoever has an officer's address can sign in as them. What was there before stays, and lets nobody
-- in, until somebody mends it: only an address that is new, or comes back with its officer, is judged.
CREATE FUNCTION refuse_shared_address() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  today date := (office_now() AT TIME ZONE
                 coalesce((SELECT min(zone) FROM sop_word WHERE kind = 'sop' AND zone <> ''), 'UTC'))::date;
  was_out boolean := TG_OP = 'INSERT' OR OLD.ended_on <= today IS TRUE;
  other text;
BEGIN
  IF NEW.ended_on <= today THEN RETURN NEW; END IF;
  -- One after the other, so that each sees what the one before has written.
  PERFORM pg_advisory_xact_lock(hashtext('tenggat addresses of officers'));
  IF NEW.email <> '' AND (was_out OR lower(NEW.email) <> lower(OLD.email)) THEN
    SELECT min(id) INTO other FROM officer o WHERE o.id <> NEW.id AND lower(o.email) = lower(NEW.email)
      AND (o.ended_on IS NULL OR o.ended_on > today);
    IF other IS NOT NULL THEN
      RAISE EXCEPTION 'another officer in service has this email address'
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'officer_email_shared', DETAIL = other;
    END IF;
  END IF;
  IF NEW.whatsapp <> '' AND (was_out OR NEW.whatsapp <> OLD.whatsapp) THEN
    SELECT min(id) INTO other FROM officer o WHERE o.id <> NEW.id AND o.whatsapp = NEW.whatsapp
      AND (o.ended_on IS NULL OR o.ended_on > today);
    IF other IS NOT NULL THEN
      RAISE EXCEPTION 'another officer in service has this WhatsApp number'
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'officer_whatsapp_shared', DETAIL = other;
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shared_address BEFORE INSERT OR UPDATE OF email, whatsapp, ended_on ON officer
  FOR EACH ROW EXECUTE FUNCTION refuse_shared_address();

-- Days that are entered already, or a deputy appointed twice: said, never replaced in silence.
CREATE FUNCTION refuse_leave_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  other text;
BEGIN
  PERFORM FROM officer WHERE id = NEW.officer FOR NO KEY UPDATE;
  SELECT l.start_on || ' ' || l.end_on INTO other FROM officer_leave l
    WHERE l.officer = NEW.officer AND l.start_on <= NEW.end_on AND l.end_on >= NEW.start_on
      AND (l.start_on, l.end_on) <> (NEW.start_on, NEW.end_on)
    ORDER BY l.start_on LIMIT 1;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'the leave overlaps another'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'officer_leave_overlap', DETAIL = other;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER leave_overlap BEFORE INSERT OR UPDATE ON officer_leave
  FOR EACH ROW EXECUTE FUNCTION refuse_leave_overlap();

CREATE FUNCTION refuse_delegation_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  other text;
BEGIN
  PERFORM FROM officer WHERE id = NEW.from_officer FOR NO KEY UPDATE;
  SELECT min(d.id) INTO other FROM delegation d
    WHERE d.from_officer = NEW.from_officer AND d.to_officer = NEW.to_officer AND d.ended_at IS NULL
      AND d.start_on <= NEW.end_on AND d.end_on >= NEW.start_on;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'the delegation overlaps another'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'delegation_overlap', DETAIL = other;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delegation_overlap BEFORE INSERT ON delegation
  FOR EACH ROW EXECUTE FUNCTION refuse_delegation_overlap();
