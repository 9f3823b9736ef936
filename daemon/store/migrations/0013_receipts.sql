-- What providers say of a message after they have taken it. Instants are of the machine's clock.
ALTER TABLE message ADD COLUMN IF NOT EXISTS delivered_at timestamptz;
ALTER TABLE message ADD COLUMN IF NOT EXISTS read_at timestamptz;
ALTER TABLE message ADD COLUMN IF NOT EXISTS undelivered_at timestamptz;  -- refused later, or no receipt in time
ALTER TABLE message ADD COLUMN IF NOT EXISTS undelivered_reason text;
ALTER TABLE message ADD COLUMN undelivered_detail text NOT NULL DEFAULT '';  -- code and words of who refused it

-- A receipt names a message by the provider's id.
CREATE INDEX message_provider_id ON message (provider_id) WHERE provider_id <> '';
CREATE INDEX message_undelivered_at ON message (undelivered_at) WHERE undelivered_at IS NOT NULL;

-- Receipts that are not on their message: of ids not known yet, or never ours. Gone after a day.
CREATE TABLE receipt (
  channel     text NOT NULL,
  key         text NOT NULL,  -- the provider's id
  state       text NOT NULL CHECK (state IN ('delivered', 'read', 'failed')),
  at          timestamptz NOT NULL,
  message     bigint,         -- our own id, where the provider gave it back
  address     text NOT NULL,  -- that message's, in small letters
  reason      text NOT NULL,
  detail      text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (channel, key, state)
);
CREATE INDEX receipt_age ON receipt (received_at);

-- Fonnte names a message by a second id from the first receipt on.
CREATE TABLE receipt_alias (
  alias       text PRIMARY KEY,
  key         text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX receipt_alias_age ON receipt_alias (received_at);
