-- Whoever signs in person is who they are to the record. A change of their addresses or roles waits
-- here for a second administrator's word, or for a day (daemon/store/officer_changes.h).
CREATE TABLE officer_change (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  officer      text NOT NULL UNIQUE REFERENCES officer,  -- one at a time
  -- What it makes of them; null: left as it is. Channels and roles are words with spaces between.
  name         text,
  email        text,
  whatsapp     text,
  channels     text,
  roles        text,
  ended_on     text,
  proposed_by  text NOT NULL,          -- as the record names them
  proposed_at  timestamptz NOT NULL,   -- the office's clock
  effective_at timestamptz NOT NULL
);
CREATE INDEX officer_change_effective ON officer_change (effective_at);

-- Since when an officer has the addresses and roles they have: whoever has just been made an
-- administrator is no second one.
ALTER TABLE officer ADD as_they_are_since timestamptz NOT NULL DEFAULT '-infinity';
