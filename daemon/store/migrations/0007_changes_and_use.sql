-- What portals follow, when a token was last used, and how people find a permit by a part of a name.

-- The changes of permits in the order of their time, for whoever asks what came after the last they
-- saw. Only of the kinds that are told; the condition is the query's, word for word.
CREATE INDEX event_change ON event (at, permit, sequence) WHERE type IN ('acted', 'paused', 'resumed');

-- Beside the tokens: they are read anew by every daemon when one of them changes.
CREATE TABLE token_use (
  token   bigint PRIMARY KEY REFERENCES token,
  used_at timestamptz NOT NULL  -- machine clock; at most an hour behind
);

-- A part of a number, a subject or a name is found without reading them all. None of the three
-- changes with an action, so that the rows' updates need no new entries.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX permit_number_part ON permit USING gin (number gin_trgm_ops);
CREATE INDEX permit_subject_part ON permit USING gin (subject gin_trgm_ops);
CREATE INDEX applicant_name_part ON applicant USING gin (name gin_trgm_ops);
