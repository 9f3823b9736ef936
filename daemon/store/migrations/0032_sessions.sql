-- From which address a session was opened; shown to whose it is, and to administrators.
ALTER TABLE session ADD address text NOT NULL DEFAULT '';
CREATE INDEX session_officer ON session (officer);
