-- Files that an office has moved in with (docs/import.md).
ALTER TABLE permit ADD COLUMN imported_at timestamptz;

CREATE TABLE import (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL,
  by          text NOT NULL,
  file        text NOT NULL,  -- its name
  sha256      text NOT NULL,
  permits     bigint NOT NULL,
  reverted_at timestamptz,
  reverted_by text NOT NULL DEFAULT ''
);

-- What came with each, and its place among the numbers of its service. Rows stay when an import is
-- reverted: `hash` is then the last hash of the chain that went, which seals may hold.
CREATE TABLE import_permit (
  import bigint NOT NULL,
  permit bigint NOT NULL,
  sop    text NOT NULL,
  year   int NOT NULL,
  place  bigint NOT NULL,
  hash   bytea,
  PRIMARY KEY (import, permit)
);
CREATE INDEX import_permit_permit ON import_permit (permit) WHERE hash IS NOT NULL;
