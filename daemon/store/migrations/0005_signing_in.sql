-- Officers sign in without passwords: a link to their own channel opens a session. All instants here
-- are of the machine's clock.

-- A link is good once and for a quarter of an hour.
CREATE TABLE sign_in_link (
  hash       bytea PRIMARY KEY,  -- SHA-256 of the secret in the link
  officer    text NOT NULL REFERENCES officer,
  return_to  text NOT NULL DEFAULT '',  -- a path of ours, where the officer was going
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX sign_in_link_officer ON sign_in_link (officer, created_at);

CREATE TABLE session (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash       bytea NOT NULL UNIQUE,  -- SHA-256 of the secret in the cookie
  officer    text NOT NULL REFERENCES officer,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_expiry ON session (expires_at);
