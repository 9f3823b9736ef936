-- Superiors who look after what was raised of a visit, each with since when and until when repeats to
-- them wait: [{officer, at, until}].
ALTER TABLE visit ADD COLUMN responses jsonb NOT NULL DEFAULT '[]';

-- What is raised to superiors is found from the open ones: late steps by visit_open_role, and these.
CREATE INDEX raised_rung_asked ON raised_rung (raised_at) WHERE rung = 'escalated';
CREATE INDEX permit_case_soon ON permit (case_due_soon_at)
  WHERE case_closed_at IS NULL AND state = 'active';

-- Who has written over WhatsApp of late: how often, and when they were last answered. Gone after two
-- silent days; what was written stands with the permit.
CREATE TABLE inbound_number (
  number      text PRIMARY KEY,
  known       boolean NOT NULL,      -- an applicant's or an officer's
  since       timestamptz NOT NULL,  -- office's clock, as the next
  kept        int NOT NULL,          -- messages since then
  answered_at timestamptz NOT NULL,
  answer_due  boolean NOT NULL       -- whether the latest message was to be answered
);
CREATE INDEX applicant_whatsapp ON applicant (whatsapp) WHERE whatsapp <> '';
