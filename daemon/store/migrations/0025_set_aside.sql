-- --- What cannot be done ------------------------------------------------------------------------

-- A notice that cannot be made into a message waits apart from the others, under an index of its own,
-- and is looked at by itself: the more often in vain, the more rarely.
ALTER TABLE notice ADD set_aside int NOT NULL DEFAULT 0;  -- how often in a row; send_at: when it is next
DROP INDEX notice_pending;
CREATE INDEX notice_pending ON notice (send_at, permit, id) WHERE state = 'pending' AND set_aside = 0;
CREATE INDEX notice_set_aside ON notice (send_at, permit, id) WHERE state = 'pending' AND set_aside > 0;

-- Permits that the watch cannot read or decide; check_at of their visits says when it tries again.
CREATE TABLE permit_set_aside (
  permit bigint PRIMARY KEY,
  times  int NOT NULL DEFAULT 1
);

-- --- Texts whose template is refused ------------------------------------------------------------

-- As channel_outage, but of one text alone: Meta sends no template that it has not approved.
CREATE TABLE text_outage (
  channel  text NOT NULL,
  template text NOT NULL,
  text     text NOT NULL,                                   -- its id
  since    timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  reason   text NOT NULL,
  detail   text NOT NULL DEFAULT '',                        -- in the provider's words
  PRIMARY KEY (channel, template)
);

-- --- Order ----------------------------------------------------------------------------------------

-- The changes of permits that portals follow, numbered in the order in which they came to count: one
-- at a time by whoever holds the row of change_head, so that no clock decides, and none comes later
-- with a lower number.
CREATE TABLE change (
  permit    bigint NOT NULL,
  sequence  bigint NOT NULL,       -- of its event
  counts_at timestamptz NOT NULL,  -- when it cannot be undone any more; the office's clock
  place     bigint,                -- none: it does not count yet
  PRIMARY KEY (permit, sequence)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE TABLE change_head (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  last     bigint NOT NULL
);
-- So far they were in the order of their time. What may still be undone is numbered when it cannot be.
INSERT INTO change (permit, sequence, counts_at, place)
  SELECT permit, sequence, at, row_number() OVER (ORDER BY at, permit, sequence) FROM event
  WHERE type IN ('acted', 'paused', 'resumed') AND permit > 0
    AND at < office_now() - interval '10 minutes';
INSERT INTO change (permit, sequence, counts_at)
  SELECT permit, sequence, at + interval '10 minutes' FROM event e
  WHERE type IN ('acted', 'paused', 'resumed') AND permit > 0
    AND NOT EXISTS (SELECT FROM change c WHERE c.permit = e.permit AND c.sequence = e.sequence)
    AND NOT EXISTS (SELECT FROM event u WHERE u.permit = e.permit AND u.type = 'undone'
                    AND u.fields ->> 'event' = e.sequence::text);
INSERT INTO change_head (last) SELECT coalesce(max(place), 0) FROM change;
CREATE UNIQUE INDEX change_place ON change (place) WHERE place IS NOT NULL;
CREATE INDEX change_waiting ON change (counts_at, permit, sequence) WHERE place IS NULL;

ALTER TABLE portal ADD place bigint;  -- of the last change taken over
UPDATE portal t SET place = coalesce(
  (SELECT c.place FROM event e JOIN change c ON c.permit = e.permit AND c.sequence = e.sequence
   WHERE e.type IN ('acted', 'paused', 'resumed') AND c.place IS NOT NULL
     AND (e.at, e.permit, e.sequence) <= (t.at, t.permit, t.sequence)
   ORDER BY e.at DESC, e.permit DESC, e.sequence DESC LIMIT 1), 0);
ALTER TABLE portal ALTER place SET NOT NULL, DROP at, DROP permit, DROP sequence;

-- --- The database's clock --------------------------------------------------------------------------

-- Steps of it that were noticed, so that several daemons make up for each of them once.
CREATE TABLE clock_step (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- by the clock after the step
  by_ms      bigint NOT NULL                                  -- below zero: it was set back
);
