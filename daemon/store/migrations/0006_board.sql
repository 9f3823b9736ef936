-- The wall's screen and the month's cases, for the board.

-- Whoever has the link sees the board's numbers and nothing else. 256 bits, SHA-256 at rest.
CREATE TABLE kiosk_link (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash       bytea NOT NULL UNIQUE,
  name       text NOT NULL,  -- where it hangs
  created_by text NOT NULL REFERENCES officer,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  revoked_at timestamptz                                      -- machine clock
);

-- The cases that ended this month, without a look at the others. What it holds changes once in a
-- permit's life.
CREATE INDEX permit_decided ON permit (sop, case_closed_at) INCLUDE (case_verdict)
  WHERE case_verdict IS NOT NULL;
