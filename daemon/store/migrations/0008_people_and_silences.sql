-- Who drafted what a visit is to judge, and what its officer said of its delay.
ALTER TABLE visit ADD drafted_by jsonb NOT NULL DEFAULT '[]';
-- {"k", "obstacle", "at", "until", "by"}, instants as seconds since 1970; null: nothing was said
ALTER TABLE visit ADD acknowledged jsonb;
-- Claims of an officer who goes on leave are looked for every second.
CREATE INDEX visit_claimed ON visit (assignee)
  WHERE closed_at IS NULL AND NOT undone AND assignee <> '';

ALTER TABLE notice ADD urgent boolean NOT NULL DEFAULT false;

-- In the order the officer wants them tried; empty: all there are, WhatsApp first.
ALTER TABLE officer ADD channels text[] NOT NULL DEFAULT '{}';

-- Holds notices to officers back while it lasts. Instants are of the office's clock.
CREATE TABLE silence (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind     text NOT NULL CHECK (kind IN ('officer', 'step', 'permit')),
  subject  text NOT NULL,  -- officer id; "paud.verifikasi"; permit id
  from_at  timestamptz NOT NULL,
  until_at timestamptz NOT NULL CHECK (until_at > from_at),
  by       text NOT NULL CHECK (by <> ''),
  why      text NOT NULL CHECK (why <> ''),
  ended_at timestamptz
);
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON silence
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('people');
