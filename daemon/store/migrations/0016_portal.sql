-- The portal's webhook: each change of a permit, posted until the portal has it. Instants are of the
-- machine's clock where nothing else is said.

-- How far changes have been taken over, and whether the portal said never to come again.
CREATE TABLE portal (
  only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  at          timestamptz NOT NULL,  -- the place of the last change taken over; the office's clock
  permit      bigint NOT NULL,
  sequence    bigint NOT NULL,
  disabled_at timestamptz
);

-- What is posted never changes, so that a repeat is the same under the same id.
CREATE TABLE portal_event (
  permit          bigint NOT NULL,  -- with the next two its place among all changes
  at              timestamptz NOT NULL,  -- the office's clock
  sequence        bigint NOT NULL,
  body            text NOT NULL,
  state           text NOT NULL DEFAULT 'pending'
                  CHECK (state IN ('pending', 'delivered', 'dead', 'trial')),
  attempts        int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until     timestamptz,
  fence           bigint NOT NULL DEFAULT 0,
  reason          text NOT NULL DEFAULT '',
  detail          text NOT NULL DEFAULT '',
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  delivered_at    timestamptz,
  PRIMARY KEY (permit, at, sequence)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX portal_event_pending ON portal_event (next_attempt_at, at, permit, sequence)
  WHERE state = 'pending';
CREATE INDEX portal_event_dead ON portal_event (created_at) WHERE state = 'dead';
CREATE INDEX portal_event_age ON portal_event (created_at) WHERE state = 'delivered';
