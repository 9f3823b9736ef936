-- A year of permits before the office's first: what has been decided there, once more in each of the twelve months
-- before, fewer or more of it late. Figures of months need no more than the rows; the record knows nothing of them.
CREATE TEMP TABLE former AS
  SELECT p.id AS was, p.id - m * 1000003 AS id, m, make_interval(months => m) AS ago,
         row_number() OVER (PARTITION BY m ORDER BY p.id) AS n,
         (row_number() OVER (PARTITION BY m ORDER BY p.id)) % (4 + (m * 7) % 19) = 0 AS late
  FROM permit p CROSS JOIN generate_series(1, 12) m
  WHERE p.id > 0 AND p.case_closed_at IS NOT NULL AND p.case_verdict IS NOT NULL;
DELETE FROM former WHERE n % (2 + m % 3) = 0 AND m % 2 = 1;

INSERT INTO permit
  SELECT r.* FROM former f JOIN permit p ON p.id = f.was CROSS JOIN LATERAL jsonb_populate_record(p, jsonb_build_object(
    'id', f.id, 'number', p.number || '/' || f.m, 'external_id', '', 'tracking_hash', '\x' || encode(sha256(f.id::text::bytea), 'hex'),
    'started_at', p.started_at - f.ago, 'submitted_at', p.submitted_at - f.ago, 'changed_at', p.changed_at - f.ago,
    'case_opened_at', p.case_opened_at - f.ago, 'case_closed_at', p.case_closed_at - f.ago,
    'promised_at', p.promised_at - f.ago, 'legal_due_at', p.legal_due_at - f.ago,
    'case_due_at', CASE WHEN f.late THEN p.case_closed_at - interval '6 hours' ELSE coalesce(p.case_due_at, p.case_closed_at + interval '1 day') END - f.ago,
    'case_verdict', CASE WHEN f.late THEN 'missed' ELSE 'met' END, 'case_missed_counted', f.late)) r;
INSERT INTO visit
  SELECT r.* FROM former f JOIN visit v ON v.permit = f.was CROSS JOIN LATERAL jsonb_populate_record(v, jsonb_build_object(
    'permit', f.id, 'opened_at', v.opened_at - f.ago, 'claimed_at', v.claimed_at - f.ago, 'closed_at', v.closed_at - f.ago,
    'due_at', v.due_at - f.ago, 'due_soon_at', v.due_soon_at - f.ago)) r
  WHERE v.closed_at IS NOT NULL;
ANALYZE permit, visit;
