-- What the daemon's role needs where it may only add to the record (daemon/store/roles.h).

-- Whoever seals holds this row: the table of seals itself cannot be held by who may only add to it.
CREATE TABLE seal_turn (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
INSERT INTO seal_turn DEFAULT VALUES;

-- The canary's permits are on no record, and go.
CREATE FUNCTION forget_canarys_events() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ DELETE FROM event WHERE permit < 0 $$;
REVOKE EXECUTE ON FUNCTION forget_canarys_events() FROM PUBLIC;
