-- The record at work: house policy, scheduled publications, redactions, what
-- readers send, rulings that are due for another look.

-- +goose Up
CREATE TABLE house_policy (
  number      BIGINT NOT NULL PRIMARY KEY,
  modes       TEXT NOT NULL,
  origins     TEXT NOT NULL,
  sole_editor TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL,
  created_by  TEXT REFERENCES person (id),
  created_at  TIMESTAMPTZ NOT NULL
);

-- A version of the policy never changes.
CREATE TRIGGER house_policy_append_only BEFORE UPDATE OR DELETE ON house_policy FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE scheduled_publication (
  claim_id   TEXT NOT NULL PRIMARY KEY REFERENCES claim (id),
  at         TIMESTAMPTZ NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  person_id  TEXT NOT NULL REFERENCES person (id),
  made_at    TIMESTAMPTZ NOT NULL
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
  asked_at   TIMESTAMPTZ NOT NULL,
  decided_by TEXT REFERENCES person (id),
  decided_at TIMESTAMPTZ,
  version    BIGINT NOT NULL DEFAULT 1,
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
  created_at TIMESTAMPTZ NOT NULL,
  erased_at  TIMESTAMPTZ,
  decided_by TEXT REFERENCES person (id),
  decided_at TIMESTAMPTZ,
  version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX tip_queue ON tip (state, created_at, id);

CREATE TABLE dispute (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id   TEXT NOT NULL REFERENCES claim (id),
  revision   BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL,
  evidence   TEXT NOT NULL DEFAULT '',
  name       TEXT NOT NULL DEFAULT '',
  email      TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('received','examining','upheld','in-part','refused','withdrawn')),
  answer     TEXT NOT NULL DEFAULT '',
  result     BIGINT NOT NULL DEFAULT 0,
  token_hash TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  erased_at  TIMESTAMPTZ,
  decided_by TEXT REFERENCES person (id),
  decided_at TIMESTAMPTZ,
  version    BIGINT NOT NULL DEFAULT 1,
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

ALTER TABLE task DROP CONSTRAINT task_kind_check;
ALTER TABLE task ADD CONSTRAINT task_kind_check CHECK (kind IN ('drift','unreachable','recheck','dispute','suggestion','schedule','family','second-look'));

-- The note of a correction is text, and this row can never be redacted: it stays
-- in the document and its digest.
ALTER TABLE revision DROP COLUMN note;

-- What was redacted does not come back under its hash.
-- +goose StatementBegin
CREATE FUNCTION refuse_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM redacted_hash WHERE hash = NEW.hash) THEN
    RAISE EXCEPTION 'redacted: document_body' USING ERRCODE = 'CT001';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER document_body_redacted BEFORE INSERT ON document_body FOR EACH ROW EXECUTE FUNCTION refuse_redacted();

CREATE INDEX audit_event_at ON audit_event (at, id);
CREATE INDEX audit_event_action ON audit_event (action, id);
CREATE INDEX audit_event_person ON audit_event (person_id, id);
CREATE INDEX record_event_hash ON record_event (hash);

-- +goose Down
SELECT 1;
