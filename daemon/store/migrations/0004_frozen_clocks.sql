-- What a clock said when it ended stays readable whatever calendar or SOP comes later, and a pause's
-- end date can be put off.

-- Frozen when the visit closes. Its due_at is, too, from then on.
ALTER TABLE visit ADD standard text;

-- Frozen when the case ends, case_due_at with them. Null where it never began, and on permits whose
-- case ended before these columns were: those are replayed.
ALTER TABLE permit ADD case_elapsed bigint;  -- working seconds
ALTER TABLE permit ADD case_standard text;

ALTER TABLE pause ADD extensions int NOT NULL DEFAULT 0;
