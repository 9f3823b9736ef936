-- The canary: permits of the daemon's own, with ids below zero, which come and go.
CREATE TABLE canary (
  only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  let_out_at   timestamptz,  -- machine clock
  delivered_at timestamptz   -- machine clock
);
INSERT INTO canary DEFAULT VALUES;

-- The log of everything else stays as it is for ever.
DROP TRIGGER append_only ON event;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW WHEN (OLD.permit > 0) EXECUTE FUNCTION refuse_change();
