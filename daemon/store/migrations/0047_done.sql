-- What somebody has done, the latest first, however much the office does: the steps they closed, and
-- what they answered as superiors.
CREATE INDEX visit_done ON visit (closed_by, closed_at, permit, id)
  WHERE closed_at IS NOT NULL AND closed_by <> '';
CREATE INDEX event_answered ON event (actor, at, permit, sequence)
  WHERE type IN ('assigned', 'directed', 'responded');
