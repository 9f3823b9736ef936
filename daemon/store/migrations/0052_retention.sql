-- What an office no longer keeps is removed. Of a permit that goes whole this is left: that it was, and the end of
-- its chain, so that seals from before and numbers that were given still agree.
CREATE TABLE retired_permit (
  id        bigint PRIMARY KEY,
  sop       text NOT NULL,
  number    text NOT NULL,
  events    bigint NOT NULL,
  last_hash bytea NOT NULL,
  closed_at timestamptz NOT NULL,  -- its last change
  recorded  bigint NOT NULL        -- the office's event that says so
);
CREATE INDEX retired_permit_recorded ON retired_permit (recorded);

CREATE FUNCTION is_retired(permit bigint) RETURNS boolean
  LANGUAGE sql STABLE SET search_path FROM CURRENT
  AS $$ SELECT EXISTS (SELECT FROM retired_permit r WHERE r.id = $1) $$;

-- The log of everything else stays as it is for ever.
DROP TRIGGER append_only ON event;
CREATE TRIGGER append_only BEFORE UPDATE ON event
  FOR EACH ROW WHEN (OLD.permit > 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON event
  FOR EACH ROW WHEN (OLD.permit > 0 AND NOT is_retired(OLD.permit)) EXECUTE FUNCTION refuse_change();

-- Those chains that are gone are held against seals as they were sealed; the root says whether that is true.
CREATE OR REPLACE VIEW sealed_event AS
  SELECT permit, sequence, hash FROM event
  UNION ALL SELECT 0, sequence, hash FROM office_event
  UNION ALL SELECT c.permit, c.sequence, c.hash FROM seal_chain c
    WHERE EXISTS (SELECT FROM retired_permit r WHERE r.id = c.permit);

-- An applicant has the id of their permit and goes with it; to look for others' would read every permit. That there
-- is one is held by `audit verify`.
ALTER TABLE permit DROP CONSTRAINT permit_applicant_fkey;
CREATE INDEX message_falls_back ON message (falls_back_from) WHERE falls_back_from IS NOT NULL;
CREATE INDEX document_file ON document (uri) WHERE uri LIKE 'tenggat:%';

-- Of these files those that nobody keeps, back among what no permit took: the collector deletes them. Documents keep a
-- file, but not those of permits that are going; with `kept_since`, those alone of permits that are open or were
-- changed since then.
CREATE FUNCTION release_files(files text[], going bigint[], kept_since timestamptz) RETURNS bigint
  LANGUAGE plpgsql SET search_path FROM CURRENT
  AS $$
DECLARE
  released bigint;
BEGIN
  -- Whoever is about to attach one of them has it locked, or will find it released and take it again.
  PERFORM FROM file WHERE sha256 = ANY (files) ORDER BY sha256 FOR UPDATE;
  UPDATE file f SET until = clock_timestamp() WHERE f.sha256 = ANY (files) AND f.until IS NULL
    AND NOT EXISTS (
      SELECT FROM document d JOIN permit p ON p.id = d.permit
      WHERE d.uri = 'tenggat:' || f.sha256 AND d.uri LIKE 'tenggat:%' AND d.permit <> ALL (going)
      AND (kept_since IS NULL OR p.state IN ('active', 'returned') OR p.changed_at >= kept_since));
  GET DIAGNOSTICS released = ROW_COUNT;
  RETURN released;
END $$;

-- With all that is theirs. The daemon's role may not delete events; this lets it, of what ended a year ago or more.
CREATE FUNCTION retire_permits(gone bigint[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
  AS $$
DECLARE
  messages bigint[];
BEGIN
  IF EXISTS (SELECT FROM permit WHERE id = ANY (gone)
             AND (id <= 0 OR state IN ('active', 'returned') OR changed_at > office_now() - interval '1 year')) THEN
    RAISE EXCEPTION 'a permit is kept for a year after its end at least';
  END IF;
  INSERT INTO retired_permit (id, sop, number, events, last_hash, closed_at, recorded)
    SELECT id, sop, number, events, last_hash, changed_at, (SELECT events + 1 FROM office_chain)
    FROM permit WHERE id = ANY (gone);
  PERFORM release_files(ARRAY(SELECT DISTINCT substr(uri, 9) FROM document
                              WHERE permit = ANY (gone) AND uri LIKE 'tenggat:%'), gone, NULL);
  messages := ARRAY(
    SELECT DISTINCT l.message FROM notice n JOIN message_notice l ON l.notice = n.id
    WHERE n.permit = ANY (gone)
    AND NOT EXISTS (SELECT FROM message_notice o WHERE o.message = l.message AND o.permit <> ALL (gone)));
  DELETE FROM message_notice l USING notice n WHERE n.permit = ANY (gone) AND l.notice = n.id;
  DELETE FROM message_task WHERE message = ANY (messages);
  DELETE FROM attempt WHERE message = ANY (messages);
  UPDATE message SET falls_back_from = NULL WHERE falls_back_from = ANY (messages);
  DELETE FROM message WHERE id = ANY (messages);
  DELETE FROM notice WHERE permit = ANY (gone);
  DELETE FROM portal_event WHERE permit = ANY (gone);
  DELETE FROM former_link WHERE permit = ANY (gone);
  DELETE FROM permit_set_aside WHERE permit = ANY (gone);
  DELETE FROM note WHERE permit = ANY (gone);
  DELETE FROM raised_rung WHERE permit = ANY (gone);
  DELETE FROM document WHERE permit = ANY (gone);
  DELETE FROM pause WHERE permit = ANY (gone);
  DELETE FROM visit WHERE permit = ANY (gone);
  DELETE FROM event WHERE permit = ANY (gone);
  DELETE FROM applicant a USING permit p WHERE p.id = ANY (gone) AND a.id = p.applicant;
  DELETE FROM permit WHERE id = ANY (gone);
END $$;
REVOKE EXECUTE ON FUNCTION retire_permits(bigint[]) FROM PUBLIC;
