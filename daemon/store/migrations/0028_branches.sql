-- Visits of branches that are open at once, what a form asks, and the limit of law that counts as
-- consent once it has passed.
ALTER TABLE visit
  ADD COLUMN fork integer NOT NULL DEFAULT 0,    -- the visit whose action opened its branch; 0: of none
  ADD COLUMN branch integer NOT NULL DEFAULT 0,  -- which of that fork's branches
  ADD COLUMN joined boolean NOT NULL DEFAULT false;  -- its action brought the branch to its join
ALTER TABLE permit
  ADD COLUMN form jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN legal_passed_at timestamptz;
ALTER TABLE pause ADD COLUMN requirement text NOT NULL DEFAULT '';
-- What a service may act for by its token: in the name of officers of these roles, none meaning of
-- all; and by itself where the role is a system's.
ALTER TABLE token ADD COLUMN roles text[] NOT NULL DEFAULT '{}';
-- That the limit has passed is a change that portals follow; the types as the program names them.
DROP INDEX event_change;
CREATE INDEX event_change ON event (at, permit, sequence)
  WHERE type IN ('acted', 'paused', 'resumed', 'legal_limit_passed');
