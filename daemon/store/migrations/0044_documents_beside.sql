-- How much there is to read of an upload: of a PDF, where that could be told.
ALTER TABLE file ADD COLUMN pages int;
-- When somebody comes to look, as the officer of the step has planned it; found by day.
ALTER TABLE visit ADD COLUMN field_visit_at timestamptz;
CREATE INDEX visit_field_visit ON visit (field_visit_at)
  WHERE field_visit_at IS NOT NULL AND closed_at IS NULL AND NOT undone;
