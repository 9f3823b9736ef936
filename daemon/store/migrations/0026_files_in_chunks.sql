-- Files come and go in chunks, and are kept only with the decision that takes them.

ALTER TABLE file RENAME TO file_before;
ALTER TABLE file_before RENAME CONSTRAINT file_pkey TO file_before_pkey;

CREATE TABLE file (
  sha256       text PRIMARY KEY,
  content_type text NOT NULL,
  size         bigint NOT NULL,
  content      bigint NOT NULL,  -- of its chunks
  added_by     text NOT NULL,
  added_at     timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  -- Nothing: a permit has it, and it stays. Else collected from then on (machine clock), unless
  -- whose upload set it takes it back before.
  until        timestamptz,
  holder       bigint NOT NULL
);
CREATE INDEX file_not_taken ON file (until) WHERE until IS NOT NULL;

CREATE TABLE file_chunk (
  content bigint NOT NULL,
  place   int NOT NULL,  -- from 0; all but the last have 128 KiB
  bytes   bytea NOT NULL,
  PRIMARY KEY (content, place)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE file_chunk ALTER bytes SET STORAGE EXTERNAL;

-- What is coming in more chunks than one. One that stands still is collected.
CREATE TABLE upload (
  content    bigint PRIMARY KEY,
  touched_at timestamptz NOT NULL DEFAULT clock_timestamp()  -- machine clock
) WITH (fillfactor = 70);

-- How much came from whom on a day, which begins at midnight UTC.
CREATE TABLE file_share (
  sender text NOT NULL,  -- "token 7", "session 3"; "permit 417": its applicant's link
  day    date NOT NULL,
  bytes  bigint NOT NULL,
  PRIMARY KEY (sender, day)
) WITH (fillfactor = 80);

INSERT INTO file (sha256, content_type, size, content, added_by, added_at, until, holder)
  SELECT f.sha256, f.content_type, length(f.bytes), f.place, f.added_by, f.added_at,
    CASE WHEN NOT EXISTS (SELECT FROM document d WHERE d.uri = 'tenggat:' || f.sha256)
      THEN clock_timestamp() + interval '24 hours' END, f.place
  FROM (SELECT *, row_number() OVER (ORDER BY added_at, sha256) AS place FROM file_before) f;
INSERT INTO file_chunk (content, place, bytes)
  SELECT f.content, g.place, substring(b.bytes FROM g.place * 131072 + 1 FOR 131072)
  FROM file f JOIN file_before b USING (sha256)
  CROSS JOIN LATERAL generate_series(0, ((f.size - 1) / 131072)::int) AS g (place);
DROP TABLE file_before;
