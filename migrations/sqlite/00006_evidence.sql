-- Captures of pages, what became of quotations since, suggestions of where
-- sources have things from, and the tasks that follow.

-- +goose Up
ALTER TABLE source ADD COLUMN speaker_id TEXT REFERENCES speaker (id);
ALTER TABLE source ADD COLUMN recapture_days INTEGER NOT NULL DEFAULT 0 CHECK (recapture_days >= 0);
ALTER TABLE source ADD COLUMN recapture_by TEXT REFERENCES person (id);
CREATE INDEX source_recapture ON source (id) WHERE recapture_days > 0;

ALTER TABLE snapshot ADD COLUMN redirects TEXT NOT NULL DEFAULT '[]';
ALTER TABLE snapshot ADD COLUMN headers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE snapshot ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';

-- One capture that somebody, or the clock, asked for. Whoever runs it holds a
-- lease; one whose lease passed is run again.
CREATE TABLE capture_job (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id    TEXT NOT NULL REFERENCES source (id),
  url          TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('queued','running','kept','unchanged','failed','cancelled')),
  failure      TEXT NOT NULL DEFAULT '',
  words        TEXT NOT NULL DEFAULT '',
  attempt      INTEGER NOT NULL DEFAULT 0,
  run_at       DATETIME NOT NULL,
  lease_until  DATETIME,
  scheduled    BOOLEAN NOT NULL DEFAULT FALSE,
  requested_by TEXT NOT NULL REFERENCES person (id),
  requested_at DATETIME NOT NULL,
  finished_at  DATETIME,
  snapshot_id  TEXT REFERENCES snapshot (id),
  CHECK ((state IN ('queued','running')) = (finished_at IS NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX capture_job_due ON capture_job (state, run_at, id);
CREATE INDEX capture_job_source ON capture_job (source_id, id);
CREATE INDEX capture_job_finished ON capture_job (source_id, finished_at);
CREATE UNIQUE INDEX capture_job_under_way ON capture_job (source_id) WHERE finished_at IS NULL;

-- Who rests on a quotation, and what was found of a claim's quotations.
CREATE INDEX evidence_excerpt ON evidence (excerpt_id);
CREATE INDEX attestation_excerpt ON attestation (excerpt_id);
CREATE INDEX record_event_about ON record_event (claim_id, kind, subject, idx);

-- What the last comparison with the live page gave, one row a quotation.
CREATE TABLE quotation_check (
  excerpt_id  TEXT NOT NULL PRIMARY KEY REFERENCES excerpt (id),
  snapshot_id TEXT REFERENCES snapshot (id),
  outcome     TEXT NOT NULL CHECK (outcome IN ('same','moved','changed','gone','ambiguous','unreachable')),
  found       TEXT NOT NULL DEFAULT '',
  start_at    INTEGER NOT NULL DEFAULT 0,
  end_at      INTEGER NOT NULL DEFAULT 0,
  checked_at  DATETIME NOT NULL,
  version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX quotation_check_snapshot ON quotation_check (snapshot_id);

-- The winnowed fingerprints of each source's newest whole capture.
CREATE TABLE fingerprint (
  hash      INTEGER NOT NULL,
  source_id TEXT NOT NULL REFERENCES source (id),
  PRIMARY KEY (hash, source_id)
) WITHOUT ROWID;
CREATE INDEX fingerprint_source ON fingerprint (source_id);

-- What the program noticed; it counts for nothing until a person confirms it.
-- One that was rejected stays, so that it does not come back.
CREATE TABLE suggestion (
  id            TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  source_id     TEXT NOT NULL REFERENCES source (id),
  other_id      TEXT REFERENCES source (id),
  kind          TEXT NOT NULL CHECK (kind IN ('reuse','attribution')),
  named         TEXT NOT NULL DEFAULT '',
  named_key     TEXT NOT NULL DEFAULT '',
  phrase        TEXT NOT NULL DEFAULT '',
  start_at      INTEGER NOT NULL DEFAULT 0,
  end_at        INTEGER NOT NULL DEFAULT 0,
  words         INTEGER NOT NULL DEFAULT 0,
  share         INTEGER NOT NULL DEFAULT 0,
  snapshot_id   TEXT NOT NULL REFERENCES snapshot (id),
  other_snapshot_id TEXT REFERENCES snapshot (id),
  state         TEXT NOT NULL CHECK (state IN ('suggested','confirmed','rejected')),
  reason        TEXT NOT NULL DEFAULT '',
  decided_by    TEXT REFERENCES person (id),
  decided_at    DATETIME,
  derivation_id TEXT,
  created_at    DATETIME NOT NULL,
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK (other_id <> source_id),
  CHECK ((state = 'suggested') = (decided_by IS NULL)),
  CHECK (state <> 'rejected' OR reason <> '')
);
CREATE UNIQUE INDEX suggestion_once ON suggestion (source_id, kind, COALESCE(other_id, ''), named_key);
CREATE INDEX suggestion_other ON suggestion (other_id);
CREATE INDEX suggestion_open ON suggestion (state, created_at);

CREATE TABLE task (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  kind       TEXT NOT NULL CHECK (kind IN ('drift','unreachable','recheck','dispute','suggestion')),
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
CREATE INDEX task_open ON task (state, created_at, id);
CREATE INDEX task_claim ON task (claim_id);
CREATE UNIQUE INDEX task_once ON task (kind, COALESCE(claim_id, ''), COALESCE(source_id, ''), COALESCE(excerpt_id, '')) WHERE state = 'open';

-- A page cannot be part of itself by a detour.
-- +goose StatementBegin
CREATE TRIGGER source_part_of_cycle BEFORE UPDATE OF part_of_id ON source
WHEN NEW.part_of_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM (
    WITH RECURSIVE above(id) AS (
      SELECT NEW.part_of_id
      UNION
      SELECT s.part_of_id FROM source s JOIN above ON s.id = above.id WHERE s.part_of_id IS NOT NULL
    ) SELECT id FROM above
  ) WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cycle: source part of'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
