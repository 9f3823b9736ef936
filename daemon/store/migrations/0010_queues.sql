-- Queues are read in the order of their index, so that a claim costs the same however long they are:
-- a hundred thousand messages wait when a calendar changes, as many notices when a Monday opens.
DROP INDEX message_queued;
CREATE INDEX message_queued ON message (next_attempt_at, id) WHERE state = 'queued';
DROP INDEX notice_pending;
CREATE INDEX notice_pending ON notice (send_at, permit, id) WHERE state = 'pending';
