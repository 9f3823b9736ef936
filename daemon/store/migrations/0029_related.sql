-- The refused permit that a permit objects to.
ALTER TABLE permit ADD COLUMN related bigint REFERENCES permit;
CREATE INDEX permit_related ON permit (related) WHERE related IS NOT NULL;
