-- Seals (daemon/store/seals.h): the signed pages, and which chains each holds. A chain stands there
-- under the first seal that found it so long; a later seal holds it too, until it has grown.
CREATE TABLE seal (
  number bigint PRIMARY KEY,
  at     timestamptz NOT NULL,
  page   text NOT NULL
);
CREATE TABLE seal_chain (
  permit   bigint NOT NULL,  -- 0: the office's
  seal     bigint NOT NULL,
  sequence bigint NOT NULL,
  hash     bytea NOT NULL,
  PRIMARY KEY (permit, seal)
);

-- What is to be sealed, and the events that the chains are of.
CREATE VIEW sealable AS
  SELECT id AS permit, events AS sequence, last_hash AS hash FROM permit WHERE id > 0
  UNION ALL SELECT 0, events, last_hash FROM office_chain WHERE events > 0;
CREATE VIEW sealed_event AS
  SELECT permit, sequence, hash FROM event
  UNION ALL SELECT 0, sequence, hash FROM office_event;

CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_chain_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_chain
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_append_only BEFORE TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
