-- A mark of the same kind and name, as the receipt of a decree sets it, took the file out of force;
-- by the rule it never does. Files that were hit stand as they would by it: until a later file took
-- their place, or a return or an undo that took out the mark. No event says otherwise: what they
-- record gives this by the right rule.
WITH RECURSIVE standing AS (
  SELECT f.permit, f.id, f.kind, f.name, f.superseded_event AS by_event, f.voided_event AS voided
  FROM document f WHERE f.file AND f.superseded_event > 0
  UNION ALL
  SELECT s.permit, s.id, s.kind, s.name, m.superseded_event, m.voided_event
  FROM standing s
  JOIN document m ON m.permit = s.permit AND m.kind = s.kind AND m.name = s.name
    AND m.added_event = s.by_event AND NOT m.file
  WHERE s.by_event > 0 AND s.voided = 0 AND NOT EXISTS (SELECT 1 FROM document g
    WHERE g.permit = s.permit AND g.kind = s.kind AND g.name = s.name AND g.file AND g.id <> s.id
      AND g.added_event = s.by_event)
), fate AS (
  -- The end of each chain of marks: the event of the last is the greatest, or none.
  SELECT DISTINCT ON (permit, id) permit, id, by_event, voided FROM standing
  ORDER BY permit, id, (by_event = 0) DESC, by_event DESC
)
UPDATE document d SET superseded_event = fate.by_event, voided_event = fate.voided
FROM fate
WHERE d.permit = fate.permit AND d.id = fate.id
  AND (d.superseded_event, d.voided_event) IS DISTINCT FROM (fate.by_event, fate.voided);
