-- Who is responsible (person), how one signs in (account), and the platform's
-- own short-lived tables. "Different people" is decided on persons.

-- +goose Up
CREATE TABLE public_id (
  id   TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL
);

CREATE TABLE person (
  id         TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  name       TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE account (
  id            TEXT NOT NULL PRIMARY KEY REFERENCES public_id (id),
  person_id     TEXT NOT NULL REFERENCES person (id),
  email         TEXT NOT NULL,
  email_key     TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL DEFAULT '',
  roles         TEXT NOT NULL,
  disabled      BOOLEAN NOT NULL DEFAULT FALSE,
  epoch         BIGINT NOT NULL DEFAULT 0,
  created_at    TIMESTAMPTZ NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX account_person ON account (person_id);

CREATE TABLE one_time_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  purpose    TEXT NOT NULL CHECK (purpose IN ('invitation','recovery')),
  expires_at TIMESTAMPTZ NOT NULL,
  used_at    TIMESTAMPTZ
);
CREATE INDEX one_time_link_account ON one_time_link (account_id);

CREATE TABLE session (
  token  TEXT NOT NULL PRIMARY KEY,
  data   BYTEA NOT NULL,
  expiry TIMESTAMPTZ NOT NULL
);
CREATE INDEX session_expiry ON session (expiry);

CREATE TABLE throttle (
  key      TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  until    TIMESTAMPTZ NOT NULL
);

-- +goose Down
SELECT 1;
