-- What portals follow, and when a token was last used.

-- The changes of permits in the order of their time, for whoever asks what came after the last they
-- saw. Only of the kinds that are told; the condition is the query's, word for word.
CREATE INDEX event_change ON event (at, permit, sequence) WHERE type IN ('acted', 'paused', 'resumed');

-- Beside the tokens: they are read anew by every daemon when one of them changes.
CREATE TABLE token_use (
  token   bigint PRIMARY KEY REFERENCES token,
  used_at timestamptz NOT NULL  -- machine clock; at most an hour behind
);
