// Package migrations holds the database's history as numbered SQL files, one
// folder an engine, with equal numbers. It knows nothing of the program: the
// store runs them, tests compare them.
package migrations

import "embed"

// Files holds NNNNN_name.sql in one folder an engine.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS
