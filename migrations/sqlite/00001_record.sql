-- The record: append-only, public, signed. Nothing here refers to a desk table.
-- INSERT OR REPLACE deletes without firing delete triggers, and a hidden rowid is
-- one more unique key to replace by; hence WITHOUT ROWID and a BEFORE INSERT
-- trigger for every unique key.

-- +goose Up
CREATE TABLE document_body (
  hash  TEXT NOT NULL PRIMARY KEY,
  bytes BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE record_event (
  idx      INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL CHECK (kind IN ('revision','banner','redaction','scale','policy','masthead','key','dispute','quotation-check','snapshot-release')),
  claim_id TEXT NOT NULL DEFAULT '',
  subject  TEXT NOT NULL DEFAULT '',
  hash     TEXT NOT NULL,
  leaf     BLOB NOT NULL,
  at       DATETIME NOT NULL
);
CREATE INDEX record_event_claim ON record_event (claim_id, idx);
CREATE INDEX record_event_kind ON record_event (kind, subject, idx);

CREATE TABLE revision (
  claim_id     TEXT NOT NULL,
  number       INTEGER NOT NULL CHECK (number >= 1),
  hash         TEXT NOT NULL UNIQUE,
  content_hash TEXT NOT NULL,
  previous     TEXT NOT NULL DEFAULT '',
  event_idx    INTEGER NOT NULL UNIQUE REFERENCES record_event (idx),
  published_at DATETIME NOT NULL,
  class        TEXT NOT NULL DEFAULT '' CHECK (class IN ('','typo','clarification','update','correction','rating-change','retraction')),
  cause        TEXT NOT NULL DEFAULT '' CHECK (cause IN ('','our-error','new-facts','scale-or-method')),
  note         TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (claim_id, number),
  CHECK ((number = 1) = (previous = '')),
  CHECK ((number = 1) = (class = ''))
) WITHOUT ROWID;

CREATE TABLE log_hash (
  idx  INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
);

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY CHECK (size > 0),
  note BLOB NOT NULL,
  at   DATETIME NOT NULL
);

CREATE TABLE redacted_hash (
  hash      TEXT NOT NULL PRIMARY KEY,
  event_idx INTEGER NOT NULL REFERENCES record_event (idx)
) WITHOUT ROWID;

-- Derived from the documents, rebuildable: the one table here that may change.
CREATE TABLE digest (
  claim_id  TEXT NOT NULL,
  number    INTEGER NOT NULL,
  event_idx INTEGER NOT NULL,
  body      BLOB NOT NULL,
  PRIMARY KEY (claim_id, number)
);
CREATE UNIQUE INDEX digest_event ON digest (event_idx);

CREATE TABLE audit_event (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          DATETIME NOT NULL,
  account_id  TEXT NOT NULL DEFAULT '',
  person_id   TEXT NOT NULL DEFAULT '',
  action      TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id   TEXT NOT NULL,
  claim_id    TEXT NOT NULL DEFAULT '',
  before_hash TEXT NOT NULL DEFAULT '',
  after_hash  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_event_object ON audit_event (object_id, id);
CREATE INDEX audit_event_claim ON audit_event (claim_id, id);

-- +goose StatementBegin
CREATE TRIGGER document_body_update BEFORE UPDATE ON document_body BEGIN SELECT RAISE(ABORT, 'append-only: document_body'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_body_delete BEFORE DELETE ON document_body
WHEN NOT EXISTS (SELECT 1 FROM redacted_hash r WHERE r.hash = OLD.hash)
BEGIN SELECT RAISE(ABORT, 'append-only: document_body'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_body_insert BEFORE INSERT ON document_body
WHEN EXISTS (SELECT 1 FROM document_body WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'append-only: document_body'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_event_update BEFORE UPDATE ON record_event BEGIN SELECT RAISE(ABORT, 'append-only: record_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_event_delete BEFORE DELETE ON record_event BEGIN SELECT RAISE(ABORT, 'append-only: record_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_event_insert BEFORE INSERT ON record_event
WHEN NEW.idx <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM record_event)
BEGIN SELECT RAISE(ABORT, 'gapless: record_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_update BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'append-only: revision'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_delete BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'append-only: revision'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_insert BEFORE INSERT ON revision
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM revision WHERE claim_id = NEW.claim_id)
  OR NEW.previous <> COALESCE((SELECT hash FROM revision WHERE claim_id = NEW.claim_id AND number = NEW.number - 1), '')
  OR EXISTS (SELECT 1 FROM revision WHERE hash = NEW.hash OR event_idx = NEW.event_idx)
BEGIN SELECT RAISE(ABORT, 'gapless: revision'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_hash_update BEFORE UPDATE ON log_hash BEGIN SELECT RAISE(ABORT, 'append-only: log_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_hash_delete BEFORE DELETE ON log_hash BEGIN SELECT RAISE(ABORT, 'append-only: log_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_hash_insert BEFORE INSERT ON log_hash
WHEN NEW.idx <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM log_hash)
BEGIN SELECT RAISE(ABORT, 'gapless: log_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoint_insert BEFORE INSERT ON checkpoint
WHEN NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM checkpoint)
BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER redacted_hash_update BEFORE UPDATE ON redacted_hash BEGIN SELECT RAISE(ABORT, 'append-only: redacted_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER redacted_hash_delete BEFORE DELETE ON redacted_hash BEGIN SELECT RAISE(ABORT, 'append-only: redacted_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER redacted_hash_insert BEFORE INSERT ON redacted_hash
WHEN NOT EXISTS (SELECT 1 FROM record_event e WHERE e.idx = NEW.event_idx AND e.kind = 'redaction')
  OR EXISTS (SELECT 1 FROM redacted_hash WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'append-only: redacted_hash'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only: audit_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only: audit_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'append-only: audit_event'); END;
-- +goose StatementEnd

-- +goose Down
-- The record is never taken down.
SELECT 1;
