-- An exception can be changed by two people at once, so it has a version too.

-- +goose Up
ALTER TABLE gate_exception ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- +goose Down
SELECT 1;
