-- Superiors who look after what was raised of a visit, each with since when and until when repeats to
-- them wait: [{officer, at, until}].
ALTER TABLE visit ADD COLUMN responses jsonb NOT NULL DEFAULT '[]';

-- What is raised to superiors is found from the open ones: late steps by visit_open_role, and these.
CREATE INDEX raised_rung_asked ON raised_rung (raised_at) WHERE rung = 'escalated';
CREATE INDEX permit_case_soon ON permit (case_due_soon_at)
  WHERE case_closed_at IS NULL AND state = 'active';
