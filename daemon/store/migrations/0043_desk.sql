-- What an officer has narrowed their desk to, under a name of their own: an address of the page.
CREATE TABLE task_view (
  officer text NOT NULL REFERENCES officer,
  name    text NOT NULL CHECK (name <> ''),
  address text NOT NULL CHECK (address LIKE '/tugas%'),
  PRIMARY KEY (officer, name)
);

-- Permits are looked for by the applicant's phone, and by the number that a document carries.
CREATE INDEX IF NOT EXISTS applicant_whatsapp ON applicant (whatsapp) WHERE whatsapp <> '';
CREATE INDEX document_number_part ON document USING gin (number gin_trgm_ops) WHERE number <> '';

-- What somebody is away for, and the number they have as a civil servant; empty: nobody said.
ALTER TABLE officer_leave ADD kind text NOT NULL DEFAULT '';
ALTER TABLE officer ADD nip text NOT NULL DEFAULT '';
ALTER TABLE officer_change ADD nip text;
