-- What WhatsApp's provider last said of the templates of our texts; machine clock. One row says when
-- it was asked, by whichever daemon, and what came of it: whoever asks next waits for its hour.
CREATE TABLE template_look (
  only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  asked_at    timestamptz,             -- null: never
  wanted_at   timestamptz,             -- somebody wants to know before the hour is over
  answered_at timestamptz,             -- what template_state says is of then
  refused     text NOT NULL DEFAULT '', -- why the latest asking came to nothing; '': it did not
  detail      text NOT NULL DEFAULT ''  -- in the provider's own words
);
INSERT INTO template_look DEFAULT VALUES;

CREATE TABLE template_state (
  name     text NOT NULL,
  language text NOT NULL,
  status   text NOT NULL,  -- as Meta has it: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, ...
  reason   text NOT NULL,  -- of a refusal; '': none was given
  since    timestamptz NOT NULL,  -- first seen in this state
  PRIMARY KEY (name, language)
);

-- In which language an officer is written to: 'id', 'en'; '' where they never said.
ALTER TABLE officer ADD COLUMN tongue text NOT NULL DEFAULT '';
