-- The record says of each event what it changed in the permit's rows, so that they can be built
-- again from it: hashed with the event, null on those of earlier programs.
-- Text, not json: nobody asks for a part of it, and the bytes are what was hashed.
ALTER TABLE event ADD COLUMN rows text;

-- Permits whose record does not say it yet. `tenggat db migrate` completes it, one event a permit;
-- before that no daemon starts on this database. A later migration that changes what a recorded
-- column holds puts its permits here again.
CREATE TABLE record_incomplete (permit bigint PRIMARY KEY);
INSERT INTO record_incomplete SELECT id FROM permit WHERE id > 0;
