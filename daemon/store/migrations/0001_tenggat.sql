-- The whole state of a licensing office. PostgreSQL is the only truth; every derived instant here is
-- written by one projection in the core and never computed in SQL.
--
-- Keys start with the permit (or recipient) id, so that tables can later be partitioned by id range
-- and distributed. Instants of the office's clock (real or simulated) and of the machine's clock are
-- both timestamptz; columns of the second kind say so in their comment.

-- --- Clocks and rules ---------------------------------------------------------------------------

-- A row here lets tenggatd --clock run on this database, for ever. now = start + speed x (database
-- clock - anchor). Empty: the office runs in real time.
CREATE TABLE simulated_clock (
  only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  start_at  timestamptz,
  speed     double precision,
  anchor_at timestamptz
);

-- The office's now. Called after the locks of a statement are held, never inside the locking one.
CREATE FUNCTION office_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT coalesce((SELECT start_at + speed * (clock_timestamp() - anchor_at)
                   FROM simulated_clock WHERE start_at IS NOT NULL),
                  clock_timestamp())
$$;

-- Rules by content hash. A permit keeps the SOP version it was opened under.
CREATE TABLE rule_set (
  hash      text PRIMARY KEY,
  kind      text NOT NULL CHECK (kind IN ('sop', 'calendar')),
  name      text NOT NULL,
  files     jsonb NOT NULL,  -- [{"name": ..., "text": ...}], the main file first
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE rule_in_force (
  kind  text NOT NULL,
  name  text NOT NULL,
  hash  text NOT NULL REFERENCES rule_set,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (kind, name)
);

-- What daemons keep in memory is as fresh as its mark: each batch reads it and reloads when it grew.
CREATE TABLE change_mark (
  name    text PRIMARY KEY,
  version bigint NOT NULL DEFAULT 1
);
INSERT INTO change_mark (name) VALUES ('people'), ('rules'), ('tokens');

CREATE FUNCTION bump_change_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE change_mark SET version = version + 1 WHERE name = TG_ARGV[0];
  PERFORM pg_notify('tenggat', TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE ON rule_in_force
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('rules');

-- --- People -------------------------------------------------------------------------------------

CREATE TABLE officer (
  id       text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9_.-]{0,39}$'),
  name     text NOT NULL CHECK (name <> ''),
  email    text NOT NULL DEFAULT '',
  whatsapp text NOT NULL DEFAULT '',
  ended_on date
);
CREATE TABLE officer_role (
  officer text NOT NULL REFERENCES officer,
  role    text NOT NULL,
  PRIMARY KEY (officer, role)
);
CREATE TABLE officer_leave (
  officer  text NOT NULL REFERENCES officer,
  start_on date NOT NULL,
  end_on   date NOT NULL CHECK (end_on >= start_on),
  PRIMARY KEY (officer, start_on)
);
CREATE TABLE delegation (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  from_officer text NOT NULL REFERENCES officer,
  to_officer   text NOT NULL REFERENCES officer CHECK (to_officer <> from_officer),
  kind         text NOT NULL CHECK (kind IN ('plh', 'plt')),
  start_on     date NOT NULL,
  end_on       date NOT NULL CHECK (end_on >= start_on),
  letter       text NOT NULL CHECK (letter <> ''),
  ended_at     timestamptz
);
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON officer
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('people');
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON officer_role
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('people');
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON officer_leave
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('people');
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON delegation
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('people');

-- An applicant's personal data lives here only. Events hold digests keyed with the salt, which is
-- erased with the person.
CREATE TABLE applicant (
  id       bigint PRIMARY KEY,  -- that of the permit it came with
  name     text NOT NULL,
  email    text NOT NULL DEFAULT '',
  whatsapp text NOT NULL DEFAULT '',
  salt     bytea NOT NULL
);

-- 256 bits, SHA-256 at rest. Exactly one of officer and service.
CREATE TABLE token (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash       bytea NOT NULL UNIQUE,
  officer    text REFERENCES officer,
  service    text,
  scopes     text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  expires_at timestamptz,                                     -- machine clock
  revoked_at timestamptz,                                     -- machine clock
  CHECK ((officer IS NULL) <> (service IS NULL))
);
CREATE TRIGGER tokens_changed AFTER INSERT OR UPDATE OR DELETE ON token
  FOR EACH STATEMENT EXECUTE FUNCTION bump_change_mark('tokens');

-- --- Permits ------------------------------------------------------------------------------------

CREATE SEQUENCE permit_id_tail;  -- the lower bits of a permit id; the upper ones are its instant

CREATE TABLE permit_number (
  sop  text NOT NULL,
  year int NOT NULL,
  last bigint NOT NULL,
  PRIMARY KEY (sop, year)
);

CREATE TABLE permit (
  id               bigint PRIMARY KEY,
  sop              text NOT NULL,
  sop_version      text NOT NULL REFERENCES rule_set,
  calendar_version text NOT NULL REFERENCES rule_set,  -- under which its clocks were last replayed whole
  number           text NOT NULL UNIQUE,
  state            text NOT NULL,
  outcome          text NOT NULL DEFAULT '',
  applicant        bigint NOT NULL REFERENCES applicant,
  subject          text NOT NULL,
  external_id      text NOT NULL DEFAULT '',
  created_by       text NOT NULL,
  tracking_hash    bytea NOT NULL UNIQUE,  -- SHA-256 of the secret in the applicant's link
  tracking_secret  text NOT NULL,          -- rendered into each message to the applicant
  fields           jsonb NOT NULL DEFAULT '{}',
  started_at       timestamptz NOT NULL,
  submitted_at     timestamptz NOT NULL,
  version          bigint NOT NULL,
  changed_at       timestamptz NOT NULL,
  events           bigint NOT NULL,
  last_hash        bytea NOT NULL,
  case_opened_at   timestamptz,
  case_closed_at   timestamptz,
  case_verdict     text,
  case_missed_counted boolean NOT NULL DEFAULT false,
  promised_at      timestamptz,
  signings         int NOT NULL DEFAULT 0,
  legal_opened_at  timestamptz,
  last_action      jsonb,
  -- derived by the core's projection
  case_due_at      timestamptz,
  case_due_soon_at timestamptz,
  legal_due_at     timestamptz,
  legal_risk_at    timestamptz,  -- from here on under a working day is left
  next_check_at    timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX permit_next_check ON permit (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX permit_open ON permit (sop, state, id) WHERE state IN ('active', 'returned');
CREATE INDEX permit_changed ON permit (changed_at, id);
CREATE UNIQUE INDEX permit_external ON permit (created_by, external_id) WHERE external_id <> '';

CREATE TABLE visit (
  permit         bigint NOT NULL REFERENCES permit,
  id             int NOT NULL,
  step           text NOT NULL,
  occurrence     int NOT NULL,
  role           text NOT NULL,
  opened_at      timestamptz NOT NULL,
  assignee       text NOT NULL DEFAULT '',
  claimed_at     timestamptz,
  closed_at      timestamptz,
  action         text NOT NULL DEFAULT '',
  closed_by      text NOT NULL DEFAULT '',
  closed_for     text NOT NULL DEFAULT '',
  verdict        text,
  elapsed        bigint NOT NULL DEFAULT 0,  -- working seconds, frozen at closing
  prepared_by    text NOT NULL DEFAULT '',
  returned       boolean NOT NULL DEFAULT false,
  missed_counted boolean NOT NULL DEFAULT false,
  undone         boolean NOT NULL DEFAULT false,
  deficiencies   jsonb NOT NULL DEFAULT '[]',  -- document kinds its rejection named
  -- derived by the core's projection
  due_at         timestamptz,
  due_soon_at    timestamptz,
  paused         boolean NOT NULL DEFAULT false,
  PRIMARY KEY (permit, id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX visit_open_role ON visit (role, due_at, permit) WHERE closed_at IS NULL AND NOT undone;

CREATE TABLE pause (
  permit     bigint NOT NULL REFERENCES permit,
  id         int NOT NULL,
  visit      int NOT NULL,
  reason     text NOT NULL,
  stops_case boolean NOT NULL,
  from_at    timestamptz NOT NULL,
  to_at      timestamptz,
  until_at   timestamptz,
  by         text NOT NULL,
  PRIMARY KEY (permit, id)
);

CREATE TABLE document (
  permit           bigint NOT NULL REFERENCES permit,
  id               int NOT NULL,
  visit            int NOT NULL,
  kind             text NOT NULL,
  name             text NOT NULL DEFAULT '',
  uri              text NOT NULL DEFAULT '',
  sha256           text NOT NULL DEFAULT '',
  number           text NOT NULL DEFAULT '',
  file             boolean NOT NULL,
  added_at         timestamptz NOT NULL,
  added_by         text NOT NULL,
  added_event      bigint NOT NULL,
  superseded_event bigint NOT NULL DEFAULT 0,
  voided_event     bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (permit, id)
);

-- Each rung is raised once: the key says so.
CREATE TABLE raised_rung (
  permit     bigint NOT NULL REFERENCES permit,
  visit      int NOT NULL,  -- 0: the case
  rung       text NOT NULL,
  k          int NOT NULL,
  occurrence int NOT NULL,
  due_at     timestamptz NOT NULL,
  raised_at  timestamptz NOT NULL,
  rearmed    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (permit, visit, rung, k, occurrence),
  CHECK (raised_at >= due_at)
);

-- What people wrote. Events hold only digests of it.
CREATE TABLE note (
  permit   bigint NOT NULL REFERENCES permit,
  event    bigint NOT NULL,  -- the event it came with
  id       int NOT NULL,     -- 1.. within that event
  visit    int NOT NULL,
  kind     text NOT NULL,
  document text NOT NULL DEFAULT '',
  text     text NOT NULL,
  by       text NOT NULL,
  PRIMARY KEY (permit, event, id)
);

-- Append-only; each event hashes the one before it.
CREATE TABLE event (
  permit     bigint NOT NULL REFERENCES permit,
  sequence   bigint NOT NULL,
  type       text NOT NULL,
  visit      int NOT NULL,
  actor      text NOT NULL,
  acting_for text NOT NULL DEFAULT '',
  via        text NOT NULL DEFAULT '',
  at         timestamptz NOT NULL,
  fields     json NOT NULL,  -- json, not jsonb: the bytes that were hashed
  hash       bytea NOT NULL,
  PRIMARY KEY (permit, sequence)
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the event log is append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE idempotency (
  token      bigint NOT NULL,
  key        text NOT NULL,
  request    bytea NOT NULL,  -- SHA-256 of method, path and raw body
  status     int NOT NULL,
  answer     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  PRIMARY KEY (token, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE file (
  sha256       text PRIMARY KEY,
  content_type text NOT NULL,
  bytes        bytea NOT NULL,
  added_by     text NOT NULL,
  added_at     timestamptz NOT NULL DEFAULT clock_timestamp()  -- machine clock
);
ALTER TABLE file ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- --- Telling people -----------------------------------------------------------------------------

-- What was decided to tell whom. Permit 0 holds the daily ones, keyed by their day.
CREATE TABLE notice (
  id          bigint GENERATED ALWAYS AS IDENTITY,
  permit      bigint NOT NULL,
  visit       int NOT NULL,
  kind        text NOT NULL,
  k           int NOT NULL,
  occurrence  int NOT NULL,
  addressee   text NOT NULL,
  audience    text NOT NULL,
  text        text NOT NULL,
  reason      text NOT NULL,
  raised_at   timestamptz NOT NULL,
  hold_until  timestamptz NOT NULL,
  cause       bigint NOT NULL,
  details     jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'rendered', 'dropped')),
  state_reason text NOT NULL DEFAULT '',
  state_at    timestamptz,
  send_at     timestamptz NOT NULL,  -- when to look at it next
  tried       int NOT NULL DEFAULT 0,
  PRIMARY KEY (permit, id),
  UNIQUE (permit, visit, kind, k, occurrence, addressee)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX notice_pending ON notice (send_at) WHERE state = 'pending';

-- What is sent to one person over one channel. Rendered once; after its first attempt it never
-- changes, so that a repeat is the same message.
CREATE TABLE message (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recipient       text NOT NULL,  -- "officer:ID" or "applicant:ID"
  acting_for      text NOT NULL DEFAULT '',
  why             text NOT NULL,  -- why this person
  channel         text NOT NULL,
  address         text NOT NULL,
  name            text NOT NULL,
  text            text NOT NULL,
  subject         text NOT NULL,
  body            text NOT NULL,
  fields          jsonb NOT NULL,
  template        text NOT NULL,
  thread          text NOT NULL DEFAULT '',
  rendered_at     timestamptz NOT NULL,
  state           text NOT NULL DEFAULT 'queued'
                  CHECK (state IN ('queued', 'accepted', 'failed', 'dead', 'trial')),
  attempts        int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  lease_until     timestamptz,                                     -- machine clock
  fence           bigint NOT NULL DEFAULT 0,
  reason          text NOT NULL DEFAULT '',
  provider_id     text NOT NULL DEFAULT '',
  accepted_at     timestamptz,                                     -- machine clock
  falls_back_from bigint REFERENCES message,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp()   -- machine clock
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
CREATE INDEX message_queued ON message (next_attempt_at) WHERE state = 'queued';
CREATE INDEX message_recipient ON message (recipient, rendered_at DESC, id DESC);
CREATE INDEX message_dead ON message (channel) WHERE state = 'dead';

CREATE TABLE message_notice (
  message bigint NOT NULL REFERENCES message,
  permit  bigint NOT NULL,
  notice  bigint NOT NULL,
  PRIMARY KEY (message, notice)
);
CREATE INDEX message_notice_notice ON message_notice (notice);

-- The open tasks a message named: while one is open, the next message to that person waits.
CREATE TABLE message_task (
  message bigint NOT NULL REFERENCES message,
  permit  bigint NOT NULL,
  visit   int NOT NULL,
  PRIMARY KEY (message, permit, visit)
);

CREATE TABLE attempt (
  message     bigint NOT NULL REFERENCES message,
  fence       bigint NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),  -- machine clock
  finished_at timestamptz,                                     -- machine clock
  outcome     text NOT NULL DEFAULT '',                        -- empty: under way, or lost with its daemon
  reason      text NOT NULL DEFAULT '',
  detail      text NOT NULL DEFAULT '',
  PRIMARY KEY (message, fence)
);

-- The office's day: when the morning list and the recap are due next.
CREATE TABLE daily_job (
  kind     text NOT NULL,
  calendar text NOT NULL,
  next_at  timestamptz NOT NULL,
  PRIMARY KEY (kind, calendar)
);

-- --- Counting -----------------------------------------------------------------------------------

-- Changes of counters, appended in the transaction of the change they count and folded now and then,
-- so that there is no hot row and no scan. An undo deletes what followed from the action.
CREATE TABLE count_delta (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metric       text NOT NULL,
  sop          text NOT NULL,
  step         text NOT NULL,
  label        text NOT NULL,
  amount       bigint NOT NULL,
  counted_from timestamptz NOT NULL,
  permit       bigint NOT NULL,
  cause        bigint NOT NULL
);
CREATE INDEX count_delta_cause ON count_delta (permit, cause);
CREATE INDEX count_delta_due ON count_delta (counted_from);
CREATE TABLE count_total (
  metric text NOT NULL,
  sop    text NOT NULL,
  step   text NOT NULL,
  label  text NOT NULL,
  day    date NOT NULL,  -- UTC day of counted_from, for reports over a period
  amount bigint NOT NULL,
  PRIMARY KEY (metric, sop, step, label, day)
);
