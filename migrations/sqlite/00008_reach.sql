-- Reach: tokens of programs, webhooks, rulings of others that were imported,
-- what a media claim's picture is.

-- +goose Up
-- A token is given to a program; it acts for the account, within its scopes.
CREATE TABLE api_token (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  name       TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  hint       TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME,
  used_at    DATETIME,
  revoked_at DATETIME
);
CREATE INDEX api_token_account ON api_token (account_id, created_at);

-- The row is written in the transaction of the request that it names, so a
-- request that is sent again is known even when its answer was lost.
CREATE TABLE idempotency_key (
  account_id  TEXT NOT NULL REFERENCES account (id),
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status      INTEGER NOT NULL DEFAULT 0,
  headers     TEXT NOT NULL DEFAULT '',
  answer      BLOB,
  created_at  DATETIME NOT NULL,
  PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_key_at ON idempotency_key (created_at);

CREATE TABLE webhook (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  url        TEXT NOT NULL,
  events     TEXT NOT NULL,
  secret     TEXT NOT NULL,
  note       TEXT NOT NULL DEFAULT '',
  paused     BOOLEAN NOT NULL DEFAULT FALSE,
  created_by TEXT NOT NULL REFERENCES person (id),
  created_at DATETIME NOT NULL,
  version    INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE webhook_delivery (
  id          INTEGER PRIMARY KEY,
  webhook_id  TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  event       TEXT NOT NULL,
  claim_id    TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  body        BLOB NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting','running','delivered','failed')),
  attempt     INTEGER NOT NULL DEFAULT 0,
  run_at      DATETIME NOT NULL,
  lease_until DATETIME,
  status      INTEGER NOT NULL DEFAULT 0,
  words       TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,
  finished_at DATETIME
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (state, run_at);
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, id);

-- What somebody else ruled about a claim that was taken over. It is shown as
-- theirs and never becomes a ruling of ours.
CREATE TABLE imported_ruling (
  key         TEXT NOT NULL PRIMARY KEY,
  claim_id    TEXT NOT NULL REFERENCES claim (id),
  url         TEXT NOT NULL DEFAULT '',
  publisher   TEXT NOT NULL DEFAULT '',
  site        TEXT NOT NULL DEFAULT '',
  rating      TEXT NOT NULL DEFAULT '',
  value       INTEGER,
  worst       INTEGER,
  best        INTEGER,
  summary     TEXT NOT NULL DEFAULT '',
  reviewed_on TEXT NOT NULL DEFAULT '',
  fields      TEXT NOT NULL DEFAULT '',
  format      TEXT NOT NULL,
  origin      TEXT NOT NULL,
  imported_by TEXT NOT NULL REFERENCES person (id),
  imported_at DATETIME NOT NULL
);
CREATE INDEX imported_ruling_claim ON imported_ruling (claim_id);
CREATE INDEX imported_ruling_order ON imported_ruling (reviewed_on DESC, key);

-- A record that was taken over whole from another site. Nothing can be
-- published beside it.
CREATE TABLE mirror (
  origin      TEXT NOT NULL PRIMARY KEY,
  vkey        TEXT NOT NULL,
  imported_at DATETIME NOT NULL
);

ALTER TABLE ruling_draft ADD COLUMN media TEXT NOT NULL DEFAULT '[]';

-- Whether a claim of exactly this wording is there is asked of every one that is
-- logged or imported.
CREATE INDEX claim_text ON claim (text);

-- +goose Down
SELECT 1;
