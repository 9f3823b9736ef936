-- In which language an applicant reads: 'id', 'en'; '' where they never said. A wish of the reader's,
-- like the size of a letter: neither in the record nor in any event.
ALTER TABLE applicant ADD COLUMN tongue text NOT NULL DEFAULT '';
