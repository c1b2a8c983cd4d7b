-- The desk: mutable drafts. No public page reads any of these tables.

-- +goose Up
CREATE TABLE publisher (
  id       TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind     TEXT NOT NULL,
  owner_id TEXT REFERENCES publisher (id),
  country  TEXT NOT NULL DEFAULT '',
  interest TEXT NOT NULL DEFAULT '',
  invented BOOLEAN NOT NULL DEFAULT FALSE,
  version  BIGINT NOT NULL DEFAULT 1,
  CHECK (owner_id <> id)
);
CREATE INDEX publisher_name ON publisher (name_key, id);
CREATE INDEX publisher_owner ON publisher (owner_id);

CREATE TABLE speaker (
  id          TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  kind        TEXT NOT NULL CHECK (kind IN ('person','organisation','account','unnamed','unknown')),
  name        TEXT NOT NULL,
  name_key    TEXT NOT NULL,
  wikidata_id TEXT NOT NULL DEFAULT '',
  publisher_id TEXT REFERENCES publisher (id),
  note        TEXT NOT NULL DEFAULT '',
  version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX speaker_name ON speaker (name_key, id);

CREATE TABLE speaker_role (
  id           TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  speaker_id   TEXT NOT NULL REFERENCES speaker (id),
  title        TEXT NOT NULL,
  organisation TEXT NOT NULL DEFAULT '',
  held_from    TEXT NOT NULL,
  held_to      TEXT NOT NULL
);
CREATE INDEX speaker_role_speaker ON speaker_role (speaker_id);

CREATE TABLE source (
  id           TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  title        TEXT NOT NULL,
  title_key    TEXT NOT NULL,
  url          TEXT NOT NULL DEFAULT '',
  url_key      TEXT NOT NULL DEFAULT '',
  locator      TEXT NOT NULL DEFAULT '',
  part_of_id   TEXT REFERENCES source (id),
  publisher_id TEXT REFERENCES publisher (id),
  authors      TEXT NOT NULL DEFAULT '[]',
  published_on TEXT NOT NULL,
  kind         TEXT NOT NULL,
  interest     TEXT NOT NULL DEFAULT '',
  language     TEXT NOT NULL,
  note         TEXT NOT NULL DEFAULT '',
  version      BIGINT NOT NULL DEFAULT 1,
  CHECK (part_of_id <> id)
);
CREATE UNIQUE INDEX source_address ON source (url_key, locator) WHERE url_key <> '';
CREATE INDEX source_title ON source (title_key, id);
CREATE INDEX source_publisher ON source (publisher_id);
CREATE INDEX source_part_of ON source (part_of_id);

CREATE TABLE snapshot (
  id                TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  source_id         TEXT NOT NULL REFERENCES source (id),
  requested_url     TEXT NOT NULL DEFAULT '',
  final_url         TEXT NOT NULL DEFAULT '',
  captured_at       TIMESTAMPTZ NOT NULL,
  status            BIGINT NOT NULL DEFAULT 0,
  media_type        TEXT NOT NULL DEFAULT '',
  body_hash         TEXT NOT NULL DEFAULT '',
  text              TEXT NOT NULL,
  text_hash         TEXT NOT NULL,
  extractor         TEXT NOT NULL DEFAULT '',
  extractor_version TEXT NOT NULL DEFAULT '',
  method            TEXT NOT NULL CHECK (method IN ('fetched','pasted','uploaded','excerpt-only')),
  complete          TEXT NOT NULL CHECK (complete IN ('yes','no','unknown')),
  via_id            TEXT REFERENCES snapshot (id),
  via_start         BIGINT NOT NULL DEFAULT 0,
  via_end           BIGINT NOT NULL DEFAULT 0,
  rights            TEXT NOT NULL CHECK (rights IN ('quotation','full','none')),
  rights_note       TEXT NOT NULL DEFAULT '',
  captured_by       TEXT NOT NULL REFERENCES person (id),
  UNIQUE (id, source_id)
);
CREATE INDEX snapshot_source ON snapshot (source_id);
CREATE INDEX snapshot_via ON snapshot (via_id);

CREATE TABLE excerpt (
  id          TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  source_id   TEXT NOT NULL,
  snapshot_id TEXT NOT NULL,
  segments    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('exact','normalised','ambiguous','not-found','unverifiable')),
  checked_at  TIMESTAMPTZ NOT NULL,
  attested_by TEXT REFERENCES person (id),
  attested_at TIMESTAMPTZ,
  replaced_by TEXT REFERENCES excerpt (id),
  version     BIGINT NOT NULL DEFAULT 1,
  UNIQUE (id, source_id),
  FOREIGN KEY (snapshot_id, source_id) REFERENCES snapshot (id, source_id),
  CHECK ((attested_by IS NULL) = (attested_at IS NULL))
);
CREATE INDEX excerpt_snapshot ON excerpt (snapshot_id);
CREATE INDEX excerpt_source ON excerpt (source_id);

CREATE TABLE topic (
  id      TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  slug    TEXT NOT NULL UNIQUE,
  name    TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE claim (
  id                   TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  text                 TEXT NOT NULL,
  language             TEXT NOT NULL,
  verbatim             BOOLEAN NOT NULL DEFAULT FALSE,
  kind                 TEXT NOT NULL,
  checkability         TEXT NOT NULL,
  checkability_reason  TEXT NOT NULL DEFAULT '',
  valid_from           TEXT NOT NULL,
  valid_to             TEXT NOT NULL,
  prediction_condition TEXT NOT NULL DEFAULT '',
  prediction_due       TEXT NOT NULL,
  prediction_outcome   TEXT NOT NULL DEFAULT '',
  note                 TEXT NOT NULL DEFAULT '',
  state                TEXT NOT NULL CHECK (state IN ('suggested','open','researching','in-review','approved','scheduled','published','declined','parked','merged')),
  state_reason         TEXT NOT NULL DEFAULT '',
  assignee_id          TEXT REFERENCES person (id),
  merged_into_id       TEXT REFERENCES claim (id),
  created_by           TEXT NOT NULL REFERENCES person (id),
  created_at           TIMESTAMPTZ NOT NULL,
  updated_at           TIMESTAMPTZ NOT NULL,
  version              BIGINT NOT NULL DEFAULT 1,
  CHECK (merged_into_id <> id),
  CHECK ((state = 'merged') = (merged_into_id IS NOT NULL))
);
CREATE INDEX claim_queue ON claim (state, updated_at, id);
CREATE INDEX claim_recent ON claim (updated_at, id);
CREATE INDEX claim_assignee ON claim (assignee_id, updated_at, id);

CREATE TABLE claim_part (
  id       TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id TEXT NOT NULL REFERENCES claim (id),
  ordinal  BIGINT NOT NULL,
  text     TEXT NOT NULL,
  UNIQUE (id, claim_id),
  UNIQUE (claim_id, ordinal)
);

CREATE TABLE claim_topic (
  claim_id TEXT NOT NULL REFERENCES claim (id),
  topic_id TEXT NOT NULL REFERENCES topic (id),
  PRIMARY KEY (claim_id, topic_id)
);
CREATE INDEX claim_topic_topic ON claim_topic (topic_id);

CREATE TABLE appearance (
  id            TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id      TEXT NOT NULL REFERENCES claim (id),
  speaker_id    TEXT NOT NULL REFERENCES speaker (id),
  speaker_name  TEXT NOT NULL,
  speaker_role  TEXT NOT NULL DEFAULT '',
  words         TEXT NOT NULL DEFAULT '',
  language      TEXT NOT NULL,
  directness    TEXT NOT NULL CHECK (directness IN ('direct','indirect','summary')),
  translation   TEXT NOT NULL CHECK (translation IN ('original','translated','unknown')),
  translated_by TEXT NOT NULL DEFAULT '',
  said_on       TEXT NOT NULL,
  place         TEXT NOT NULL DEFAULT '',
  medium        TEXT NOT NULL DEFAULT '',
  earliest      BOOLEAN NOT NULL DEFAULT FALSE,
  position      BIGINT NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1,
  UNIQUE (id, claim_id)
);
CREATE INDEX appearance_claim ON appearance (claim_id, position);
CREATE INDEX appearance_speaker ON appearance (speaker_id);
CREATE UNIQUE INDEX appearance_earliest ON appearance (claim_id) WHERE earliest;

CREATE TABLE attestation (
  id            TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id      TEXT NOT NULL,
  appearance_id TEXT NOT NULL,
  source_id     TEXT NOT NULL REFERENCES source (id),
  excerpt_id    TEXT,
  own_reporting BOOLEAN NOT NULL DEFAULT FALSE,
  note          TEXT NOT NULL DEFAULT '',
  position      BIGINT NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1,
  FOREIGN KEY (appearance_id, claim_id) REFERENCES appearance (id, claim_id),
  FOREIGN KEY (excerpt_id, source_id) REFERENCES excerpt (id, source_id)
);
CREATE INDEX attestation_appearance ON attestation (appearance_id, position);
CREATE INDEX attestation_claim ON attestation (claim_id);
CREATE INDEX attestation_source ON attestation (source_id);

CREATE TABLE claim_relation (
  id           TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  from_id      TEXT NOT NULL REFERENCES claim (id),
  to_id        TEXT NOT NULL REFERENCES claim (id),
  type         TEXT NOT NULL CHECK (type IN ('restates','narrows','broadens','contradicts','in-tension-with','depends-on','translation-of','updates')),
  rationale    TEXT NOT NULL,
  confirmed_by TEXT NOT NULL REFERENCES person (id),
  UNIQUE (from_id, to_id, type),
  CHECK (from_id <> to_id),
  CHECK (type NOT IN ('restates','contradicts','in-tension-with') OR from_id < to_id)
);
CREATE INDEX claim_relation_to ON claim_relation (to_id);

CREATE TABLE evidence (
  id            TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id      TEXT NOT NULL REFERENCES claim (id),
  part_id       TEXT,
  source_id     TEXT NOT NULL REFERENCES source (id),
  excerpt_id    TEXT,
  stance        TEXT NOT NULL CHECK (stance IN ('supports','refutes','context','inconclusive')),
  primary_here  BOOLEAN NOT NULL DEFAULT FALSE,
  own_reporting BOOLEAN NOT NULL DEFAULT FALSE,
  comment       TEXT NOT NULL DEFAULT '',
  position      BIGINT NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1,
  UNIQUE (id, claim_id),
  FOREIGN KEY (part_id, claim_id) REFERENCES claim_part (id, claim_id),
  FOREIGN KEY (excerpt_id, source_id) REFERENCES excerpt (id, source_id)
);
CREATE INDEX evidence_claim ON evidence (claim_id, position);
CREATE INDEX evidence_source ON evidence (source_id);

CREATE TABLE derivation (
  id             TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  from_id        TEXT NOT NULL REFERENCES source (id),
  to_id          TEXT NOT NULL REFERENCES source (id),
  kind           TEXT NOT NULL CHECK (kind IN ('republishes','quotes','reports-on','translates','summarises','based-on-data-of','press-release-of')),
  evidence_id    TEXT REFERENCES evidence (id),
  attestation_id TEXT REFERENCES attestation (id),
  faithfulness   TEXT NOT NULL CHECK (faithfulness IN ('faithful','cut','misdescribes','unknown')),
  note           TEXT NOT NULL DEFAULT '',
  basis          TEXT NOT NULL,
  suggested_by   TEXT NOT NULL CHECK (suggested_by IN ('person','program')),
  score          BIGINT NOT NULL DEFAULT 0,
  state          TEXT NOT NULL CHECK (state IN ('suggested','confirmed','rejected')),
  decided_by     TEXT REFERENCES person (id),
  version        BIGINT NOT NULL DEFAULT 1,
  CHECK (evidence_id IS NULL OR attestation_id IS NULL)
);
CREATE INDEX derivation_from ON derivation (from_id);
CREATE INDEX derivation_to ON derivation (to_id);
CREATE UNIQUE INDEX derivation_once ON derivation (from_id, to_id, kind, COALESCE(evidence_id, ''), COALESCE(attestation_id, ''));

CREATE TABLE independence_assessment (
  id        TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  source_id TEXT NOT NULL REFERENCES source (id),
  claim_id  TEXT NOT NULL REFERENCES claim (id),
  finding   TEXT NOT NULL CHECK (finding IN ('own','unnamed','undetermined')),
  note      TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  at        TIMESTAMPTZ NOT NULL,
  version   BIGINT NOT NULL DEFAULT 1,
  UNIQUE (source_id, claim_id)
);
CREATE INDEX independence_assessment_claim ON independence_assessment (claim_id);

CREATE TABLE rating_scale (
  id          TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  key         TEXT NOT NULL,
  number      BIGINT NOT NULL CHECK (number >= 1),
  name        TEXT NOT NULL,
  ordered     BOOLEAN NOT NULL,
  methodology TEXT NOT NULL DEFAULT '',
  frozen      BOOLEAN NOT NULL DEFAULT FALSE,
  version     BIGINT NOT NULL DEFAULT 1,
  UNIQUE (key, number)
);

-- texts: {"en":{"label":"…","definition":"…"}}; ordinal 0 stands off the scale.
CREATE TABLE rating (
  scale_id TEXT NOT NULL REFERENCES rating_scale (id),
  key      TEXT NOT NULL,
  ordinal  BIGINT NOT NULL CHECK (ordinal >= 0),
  tone     TEXT NOT NULL CHECK (tone IN ('good','mixed','bad','plain')),
  shape    TEXT NOT NULL,
  texts    TEXT NOT NULL,
  PRIMARY KEY (scale_id, key)
);

CREATE TABLE ruling_draft (
  claim_id              TEXT NOT NULL PRIMARY KEY REFERENCES claim (id),
  based_on              BIGINT NOT NULL DEFAULT 0,
  outcome               TEXT NOT NULL CHECK (outcome IN ('rated','opinion','prediction','too-vague','no-evidence')),
  outcome_reason        TEXT NOT NULL DEFAULT '',
  scale_id              TEXT,
  rating_key            TEXT,
  summary               TEXT NOT NULL DEFAULT '',
  reasoning             TEXT NOT NULL DEFAULT '',
  as_of                 TEXT NOT NULL,
  overtaken_since       TEXT NOT NULL,
  overtaken_evidence_id TEXT,
  recheck_by            TEXT NOT NULL,
  would_change          TEXT NOT NULL DEFAULT '',
  cause                 TEXT NOT NULL DEFAULT '',
  class                 TEXT NOT NULL DEFAULT '',
  public_note           TEXT NOT NULL DEFAULT '',
  demonstration         BOOLEAN NOT NULL DEFAULT FALSE,
  version               BIGINT NOT NULL DEFAULT 1,
  FOREIGN KEY (scale_id, rating_key) REFERENCES rating (scale_id, key),
  FOREIGN KEY (overtaken_evidence_id, claim_id) REFERENCES evidence (id, claim_id)
);

CREATE TABLE draft_contributor (
  claim_id  TEXT NOT NULL REFERENCES claim (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  PRIMARY KEY (claim_id, person_id)
);

CREATE TABLE gate_exception (
  claim_id  TEXT NOT NULL REFERENCES claim (id),
  gate      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  PRIMARY KEY (claim_id, gate)
);

CREATE TABLE reply_request (
  id       TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id TEXT NOT NULL REFERENCES claim (id),
  asked_of TEXT NOT NULL,
  channel  TEXT NOT NULL DEFAULT '',
  asked_on TEXT NOT NULL,
  deadline TEXT NOT NULL,
  outcome  TEXT NOT NULL CHECK (outcome IN ('awaited','answered','declined','none','not-asked')),
  text     TEXT NOT NULL DEFAULT '',
  version  BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX reply_request_claim ON reply_request (claim_id);

-- One open candidate a claim: what was submitted, byte for byte.
CREATE TABLE candidate (
  id           TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id     TEXT NOT NULL REFERENCES claim (id),
  content_hash TEXT NOT NULL,
  number       BIGINT NOT NULL,
  submitted_by TEXT NOT NULL REFERENCES person (id),
  submitted_at TIMESTAMPTZ NOT NULL,
  closed       BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX candidate_open ON candidate (claim_id) WHERE NOT closed;
CREATE INDEX candidate_claim ON candidate (claim_id, submitted_at);

CREATE TABLE approval (
  id           TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  claim_id     TEXT NOT NULL REFERENCES claim (id),
  candidate_id TEXT NOT NULL REFERENCES candidate (id),
  content_hash TEXT NOT NULL,
  person_id    TEXT NOT NULL REFERENCES person (id),
  decision     TEXT NOT NULL CHECK (decision IN ('approved','returned')),
  note         TEXT NOT NULL DEFAULT '',
  at           TIMESTAMPTZ NOT NULL
);
CREATE INDEX approval_claim ON approval (claim_id, at);

CREATE TABLE masthead (
  id                 TEXT NOT NULL PRIMARY KEY CHECK (id = 'masthead'),
  name               TEXT NOT NULL,
  url                TEXT NOT NULL DEFAULT '',
  language           TEXT NOT NULL,
  licence            TEXT NOT NULL,
  licence_url        TEXT NOT NULL DEFAULT '',
  corrections_policy TEXT NOT NULL DEFAULT '',
  methodology        TEXT NOT NULL DEFAULT '',
  ownership          TEXT NOT NULL DEFAULT '',
  contact            TEXT NOT NULL DEFAULT '',
  version            BIGINT NOT NULL DEFAULT 1
);

-- Owner cycles are refused here as well as in the program. The lock is for two
-- transactions that each draw one half of a cycle.
-- +goose StatementBegin
CREATE FUNCTION refuse_owner_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7310002);
  IF NEW.owner_id IS NOT NULL AND EXISTS (
    WITH RECURSIVE above(id) AS (
      SELECT NEW.owner_id
      UNION
      SELECT p.owner_id FROM publisher p JOIN above ON p.id = above.id WHERE p.owner_id IS NOT NULL
    ) SELECT 1 FROM above WHERE id = NEW.id) THEN
    RAISE EXCEPTION 'cycle: publisher owner' USING ERRCODE = 'CT002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION refuse_frozen_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM rating_scale s WHERE s.id = COALESCE(NEW.scale_id, OLD.scale_id) AND s.frozen) THEN
    RAISE EXCEPTION 'frozen: rating' USING ERRCODE = 'CT002';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.decision = 'approved' AND EXISTS (SELECT 1 FROM draft_contributor d WHERE d.claim_id = NEW.claim_id AND d.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'same person: approval' USING ERRCODE = 'CT002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER publisher_owner_cycle BEFORE UPDATE ON publisher FOR EACH ROW EXECUTE FUNCTION refuse_owner_cycle();
CREATE TRIGGER rating_frozen BEFORE INSERT OR UPDATE OR DELETE ON rating FOR EACH ROW EXECUTE FUNCTION refuse_frozen_rating();
CREATE TRIGGER approval_distinct BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION refuse_own_approval();

-- +goose Down
SELECT 1;
