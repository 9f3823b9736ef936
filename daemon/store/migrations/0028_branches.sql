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
