-- A copy of the database opens nothing: what a link opens by is its seed, which stands here, and a
-- mark of it by a key that does not (daemon/base/link_keys.h). So permit.tracking_secret holds a seed
-- from now on; a link of before goes on to open its permit and is known by its SHA-256 alone.
CREATE TABLE former_link (
  hash   bytea PRIMARY KEY,
  permit bigint NOT NULL UNIQUE
);
INSERT INTO former_link SELECT tracking_hash, id FROM permit WHERE id > 0;

-- Drawn from the former secret, and not to be led back to it.
CREATE TEMPORARY TABLE new_seed ON COMMIT DROP AS
  SELECT id, tracking_secret AS former,
    substring(encode(sha256(convert_to('seed of ' || tracking_secret, 'UTF8')), 'hex') FOR 32) AS seed
  FROM permit;
CREATE INDEX ON new_seed (former);
ANALYZE new_seed;
UPDATE permit p SET tracking_secret = s.seed, tracking_hash = sha256(convert_to(s.seed, 'UTF8'))
  FROM new_seed s WHERE s.id = p.id;
INSERT INTO record_incomplete SELECT id FROM permit WHERE id > 0 ON CONFLICT DO NOTHING;

-- The links in what was rendered and answered before: what waits to be sent gets its mark on its way
-- out. A link to sign in by is asked for anew.
UPDATE message m SET
    body = replace(m.body, s.former, s.seed || repeat('0', 32)),
    subject = replace(m.subject, s.former, s.seed || repeat('0', 32)),
    fields = replace(m.fields::text, s.former, s.seed || repeat('0', 32))::jsonb
  FROM new_seed s
  WHERE substring(m.body FROM '/lacak/([0-9a-f]{32})') = s.former AND s.former ~ '^[0-9a-f]{32}$';
UPDATE idempotency i SET answer = replace(i.answer, s.former, s.seed || repeat('0', 32))
  FROM new_seed s
  WHERE substring(i.answer FROM '/lacak/([0-9a-f]{32})') = s.former AND s.former ~ '^[0-9a-f]{32}$';
UPDATE message SET
    body = regexp_replace(body, '/masuk/[0-9a-f]{64}', '/masuk', 'g'),
    fields = regexp_replace(fields::text, '/masuk/[0-9a-f]{64}', '/masuk', 'g')::jsonb
  WHERE text = 'tautan_masuk';
UPDATE sign_in_link SET used_at = clock_timestamp() WHERE used_at IS NULL;
