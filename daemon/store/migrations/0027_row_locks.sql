-- Locks that only who may write can take. Any role can take an advisory lock: a login that reads
-- reports could keep everybody from changing an officer.
CREATE OR REPLACE FUNCTION refuse_shared_address() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  today date := (office_now() AT TIME ZONE
                 coalesce((SELECT min(zone) FROM sop_word WHERE kind = 'sop' AND zone <> ''), 'UTC'))::date;
  was_out boolean := TG_OP = 'INSERT' OR OLD.ended_on <= today IS TRUE;
  other text;
BEGIN
  IF NEW.ended_on <= today THEN RETURN NEW; END IF;
  -- One after the other, so that each sees what the one before has written. It is the mark that this
  -- very change raises.
  PERFORM FROM change_mark WHERE name = 'people' FOR NO KEY UPDATE;
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
