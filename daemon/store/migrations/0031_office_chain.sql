-- What changes in the office itself, whichever way it comes: people, tokens, silences, rules. Each
-- change is an event with who did it, what was and what is, written in its transaction. Its hash
-- covers the one before it, as the hashes of a permit's events do.
CREATE TABLE office_event (
  sequence bigint PRIMARY KEY,
  type     text NOT NULL,
  actor    text NOT NULL,
  at       timestamptz NOT NULL,  -- the office's clock
  fields   json NOT NULL,         -- json, not jsonb: the bytes that were hashed
  hash     bytea NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON office_event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON office_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is personal of them, in clear beside the digest, as notes are beside a permit's events.
CREATE TABLE office_event_word (
  event  bigint NOT NULL REFERENCES office_event,
  value  text NOT NULL,
  before text NOT NULL,
  after  text NOT NULL,
  PRIMARY KEY (event, value)
);

-- The head of the chain. Whoever appends holds it, so that the chain never forks, and takes it
-- before anything else, so that no two changes wait for each other.
CREATE TABLE office_chain (
  only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  events    bigint NOT NULL DEFAULT 0,
  last_hash bytea NOT NULL DEFAULT '',
  last_at   timestamptz,     -- nothing: there is no event yet
  salt      bytea NOT NULL   -- of what is personal and of no officer
);
INSERT INTO office_chain (salt)
  VALUES (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- Events hold digests of an officer's name and addresses, keyed with this; it is erased with the
-- person.
ALTER TABLE officer ADD salt bytea NOT NULL
  DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
