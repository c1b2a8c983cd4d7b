-- The record at work: house policy, scheduled publications, redactions, what
-- readers send, rulings that are due for another look.

-- +goose Up
CREATE TABLE house_policy (
  number      INTEGER NOT NULL PRIMARY KEY,
  modes       TEXT NOT NULL,
  origins     TEXT NOT NULL,
  sole_editor TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL,
  created_by  TEXT REFERENCES person (id),
  created_at  DATETIME NOT NULL
);

-- A version of the policy never changes.
-- +goose StatementBegin
CREATE TRIGGER house_policy_update BEFORE UPDATE ON house_policy BEGIN SELECT RAISE(ABORT, 'append-only: house_policy'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER house_policy_delete BEFORE DELETE ON house_policy BEGIN SELECT RAISE(ABORT, 'append-only: house_policy'); END;
-- +goose StatementEnd

CREATE TABLE scheduled_publication (
  claim_id   TEXT NOT NULL PRIMARY KEY REFERENCES claim (id),
  at         DATETIME NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  person_id  TEXT NOT NULL REFERENCES person (id),
  made_at    DATETIME NOT NULL
);
CREATE INDEX scheduled_publication_at ON scheduled_publication (at);

-- A second person confirms what the first asked for.
CREATE TABLE redaction_request (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id   TEXT NOT NULL REFERENCES claim (id),
  revisions  TEXT NOT NULL DEFAULT '',
  sources    TEXT NOT NULL DEFAULT '',
  basis      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('asked','done','refused')),
  note       TEXT NOT NULL DEFAULT '',
  asked_by   TEXT NOT NULL REFERENCES person (id),
  asked_at   DATETIME NOT NULL,
  decided_by TEXT REFERENCES person (id),
  decided_at DATETIME,
  version    INTEGER NOT NULL DEFAULT 1,
  CHECK ((state = 'asked') = (decided_by IS NULL)),
  CHECK (state <> 'done' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX redaction_request_open ON redaction_request (claim_id) WHERE state = 'asked';

-- What readers send. Their names, addresses and words are erased when their time
-- is over; neither audit nor log holds any of it.
CREATE TABLE tip (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  text       TEXT NOT NULL,
  seen_at    TEXT NOT NULL DEFAULT '',
  note       TEXT NOT NULL DEFAULT '',
  name       TEXT NOT NULL DEFAULT '',
  email      TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('received','taken-up','declined','withdrawn')),
  answer     TEXT NOT NULL DEFAULT '',
  claim_id   TEXT REFERENCES claim (id),
  token_hash TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  erased_at  DATETIME,
  decided_by TEXT REFERENCES person (id),
  decided_at DATETIME,
  version    INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX tip_queue ON tip (state, created_at, id);

CREATE TABLE dispute (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id   TEXT NOT NULL REFERENCES claim (id),
  revision   INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL,
  evidence   TEXT NOT NULL DEFAULT '',
  name       TEXT NOT NULL DEFAULT '',
  email      TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('received','examining','upheld','in-part','refused','withdrawn')),
  answer     TEXT NOT NULL DEFAULT '',
  result     INTEGER NOT NULL DEFAULT 0,
  token_hash TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  erased_at  DATETIME,
  decided_by TEXT REFERENCES person (id),
  decided_at DATETIME,
  version    INTEGER NOT NULL DEFAULT 1,
  CHECK (state NOT IN ('upheld','in-part','refused') OR answer <> ''),
  CHECK (state NOT IN ('upheld','in-part') OR result > revision),
  CHECK (state NOT IN ('upheld','in-part','refused') OR (decided_by IS NOT NULL AND decided_at IS NOT NULL))
);
CREATE INDEX dispute_queue ON dispute (state, created_at, id);
CREATE INDEX dispute_claim ON dispute (claim_id, created_at);

-- By when the ruling in force is to be looked at again.
CREATE TABLE recheck (
  claim_id TEXT NOT NULL PRIMARY KEY REFERENCES claim (id),
  due_on   TEXT NOT NULL,
  words    TEXT NOT NULL
);
CREATE INDEX recheck_due ON recheck (due_on);

-- SQLite cannot change a check: the table is made anew. Nothing refers to it.
CREATE TABLE task_new (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  kind       TEXT NOT NULL CHECK (kind IN ('drift','unreachable','recheck','dispute','suggestion','schedule','family','second-look')),
  claim_id   TEXT REFERENCES claim (id),
  source_id  TEXT REFERENCES source (id),
  excerpt_id TEXT REFERENCES excerpt (id),
  words      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open','done')),
  note       TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  done_by    TEXT REFERENCES person (id),
  done_at    DATETIME,
  version    INTEGER NOT NULL DEFAULT 1,
  CHECK ((state = 'done') = (done_at IS NOT NULL))
);
INSERT INTO task_new SELECT id, kind, claim_id, source_id, excerpt_id, words, state, note, created_at, done_by, done_at, version FROM task;
DROP TABLE task;
ALTER TABLE task_new RENAME TO task;
CREATE INDEX task_open ON task (state, created_at, id);
CREATE INDEX task_claim ON task (claim_id);
CREATE UNIQUE INDEX task_once ON task (kind, COALESCE(claim_id, ''), COALESCE(source_id, ''), COALESCE(excerpt_id, '')) WHERE state = 'open';

-- The note of a correction is text, and this row can never be redacted: it stays
-- in the document and its digest.
ALTER TABLE revision DROP COLUMN note;

-- What was redacted does not come back under its hash.
-- +goose StatementBegin
CREATE TRIGGER document_body_redacted BEFORE INSERT ON document_body
WHEN EXISTS (SELECT 1 FROM redacted_hash WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'redacted: document_body'); END;
-- +goose StatementEnd

CREATE INDEX audit_event_at ON audit_event (at, id);
CREATE INDEX audit_event_action ON audit_event (action, id);
CREATE INDEX audit_event_person ON audit_event (person_id, id);
CREATE INDEX record_event_hash ON record_event (hash);

-- +goose Down
SELECT 1;
