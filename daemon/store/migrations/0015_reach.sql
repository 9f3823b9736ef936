-- By when a receipt is to be there: set on acceptance where the provider gives any, and taken back once
-- it has been judged. Machine clock.
ALTER TABLE message ADD receipt_due_at timestamptz;
CREATE INDEX message_receipt_due ON message (receipt_due_at)
  WHERE state = 'accepted' AND receipt_due_at IS NOT NULL;
CREATE INDEX message_undelivered ON message (undelivered_at)
  WHERE state = 'accepted' AND undelivered_at IS NOT NULL AND delivered_at IS NULL
    AND read_at IS NULL;

-- When a channel may next be used: at all (address ''), and for one person. Lost in a crash, which
-- takes longer than any of it.
CREATE UNLOGGED TABLE send_pace (
  channel text NOT NULL,
  address text NOT NULL,
  free_at timestamptz NOT NULL,  -- machine clock
  PRIMARY KEY (channel, address)
) WITH (fillfactor = 50);

-- Channels that take nothing, whose operators have been told so.
CREATE TABLE channel_outage (
  channel text PRIMARY KEY,
  since   timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  reason  text NOT NULL
);
