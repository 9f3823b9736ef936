-- Messages are claimed channel by channel, so that one which is slow takes no place of another's.
DROP INDEX message_queued;
CREATE INDEX message_queued ON message (channel, next_attempt_at, id) WHERE state = 'queued';

-- What receipts say of an accepted message; machine clock.
ALTER TABLE message ADD delivered_at timestamptz, ADD read_at timestamptz,
  ADD undelivered_at timestamptz, ADD undelivered_reason text;
