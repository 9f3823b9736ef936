-- Whoever seals holds this row. The table of seals itself cannot be held by who may only add to it,
-- and the daemon's role may do no more (daemon/store/roles.h).
CREATE TABLE seal_turn (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
INSERT INTO seal_turn DEFAULT VALUES;
