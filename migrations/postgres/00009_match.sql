-- Claim matching: the meanings of published claims as the encoder has them, and what
-- editors said of claims that were shown to them as alike.

-- +goose Up
-- Derived from the digest of the event; it can be made again at any time.
CREATE TABLE meaning (
  event_idx BIGINT NOT NULL PRIMARY KEY REFERENCES record_event (idx),
  claim     BYTEA NOT NULL,
  title     BYTEA NOT NULL
);

-- Whether a claim says what a text says. The text is kept whole: a later version of
-- the matching is measured by it.
CREATE TABLE judgement (
  text_hash TEXT NOT NULL,
  claim_id  TEXT NOT NULL REFERENCES claim (id),
  text      TEXT NOT NULL,
  verdict   TEXT NOT NULL CHECK (verdict IN ('same', 'not-same')),
  judged_by TEXT NOT NULL REFERENCES person (id),
  judged_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (text_hash, claim_id)
);
CREATE INDEX judgement_claim ON judgement (claim_id);

-- +goose Down
SELECT 1;
