-- Which database this is, and what became of it when it was restored (daemon/store/mark.h). The
-- identity goes with a copy: a backup that is restored is the database it was taken of.
CREATE TABLE database_identity (
  only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  identity   text NOT NULL,              -- names the marks that daemons keep outside
  restores   bigint NOT NULL DEFAULT 0,  -- how often `tenggat db restored` was run
  behind     text NOT NULL DEFAULT '',   -- what a daemon found missing; nobody acts until it is empty
  held_at    timestamptz,                -- machine clock; what is unsent waits for `message release`
  seals_upto bigint NOT NULL DEFAULT 0   -- numbers of seals that were given and are lost
);
INSERT INTO database_identity (identity) VALUES (replace(gen_random_uuid()::text, '-', ''));
