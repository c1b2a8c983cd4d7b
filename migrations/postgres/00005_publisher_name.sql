-- Two publishers of one name would count as two controls, and so as two origins.

-- +goose Up
DROP INDEX publisher_name;
CREATE UNIQUE INDEX publisher_name ON publisher (name_key);

-- +goose Down
SELECT 1;
