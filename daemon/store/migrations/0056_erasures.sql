-- What an applicant asked to be erased (docs/privacy.md). Each permit of theirs got one event that says what its rows
-- hold since; this names it, and the office's event that says how many there were.
CREATE TABLE erasure (
  permit   bigint NOT NULL,
  event    bigint NOT NULL,  -- its sequence in the permit's chain
  hash     bytea NOT NULL,   -- its hash: the permit may be kept no longer, one day
  recorded bigint NOT NULL,  -- the office's event
  PRIMARY KEY (permit, event)
);
CREATE INDEX erasure_recorded ON erasure (recorded);
