package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/migrations"
)

// TestMigrationParity: the two engines have the same files, and end in the same
// tables and columns, which are those that the program maps.
func TestMigrationParity(t *testing.T) {
	t.Parallel()
	var names [2][]string
	for i, engine := range []string{"sqlite", "postgres"} {
		files, err := fs.Glob(migrations.Files, engine+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("no migrations of %s: %v", engine, err)
		}
		for _, f := range files {
			names[i] = append(names[i], filepath.Base(f))
		}
	}
	if diff := cmp.Diff(names[0], names[1]); diff != "" {
		t.Errorf("files differ (-sqlite +postgres):\n%s", diff)
	}
	lite := columnsOf(t, storetest.Open(t, storetest.SQLite(t)))
	post := columnsOf(t, storetest.Open(t, storetest.Postgres(t)))
	if diff := cmp.Diff(lite, post); diff != "" {
		t.Errorf("columns differ (-sqlite +postgres):\n%s", diff)
	}
}

func columnsOf(t *testing.T, db *store.DB) []string {
	t.Helper()
	columns, err := db.Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	columns = slices.DeleteFunc(columns, func(c string) bool { return strings.HasPrefix(c, "goose_") || strings.HasPrefix(c, "sqlite_") })
	slices.Sort(columns)
	return columns
}

// TestColumnDrift: every column that the program maps exists, and every column
// of the schema is mapped.
func TestColumnDrift(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mapped, err := db.MappedColumns()
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(mapped)
		if diff := cmp.Diff(columnsOf(t, db), mapped); diff != "" {
			t.Errorf("schema and program differ (-schema +program):\n%s", diff)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		if err := storetest.Exec(t, address, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, "+truth(address)+")"); err != nil {
			t.Fatal(err)
		}
		db := storetest.Open(t, address)
		if err := db.CheckSchema(t.Context()); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Errorf("a newer schema: got %v", err)
		}
		if _, err := store.Migrate(t.Context(), address, ""); err == nil {
			t.Error("a newer schema was migrated")
		}
	})
}

func truth(address string) string {
	if strings.HasPrefix(address, "postgres") {
		return "true"
	}
	return "1"
}

// TestOlderDatabaseOpens: a database as an earlier version of the program left
// it is migrated, after a copy was made, and keeps what it held.
func TestOlderDatabaseOpens(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "old.db")
	if _, err := store.Migrate(t.Context(), "sqlite:"+file, ""); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"INSERT INTO public_id VALUES ('p0000000', 'person')",
		"INSERT INTO person VALUES ('p0000000', 'kept', '2026-01-01 00:00:00+00:00')",
		// As if the newest migration had never run.
		"DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)",
		"DROP TABLE masthead",
	} {
		if _, err := pool.ExecContext(context.Background(), s); err != nil {
			t.Fatal(s, err)
		}
	}
	rest := tablesOf(t, pool)
	for _, table := range rest {
		if _, err := pool.ExecContext(context.Background(), "DROP TABLE IF EXISTS "+table); err != nil {
			t.Fatal(table, err)
		}
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), "sqlite:"+file, ""); err != nil {
		t.Fatal(err)
	}
	copies, _ := filepath.Glob(file + ".before-*")
	if len(copies) != 1 {
		t.Errorf("copies before the migration: %v", copies)
	}
	db := storetest.Open(t, "sqlite:"+file)
	if p, err := db.Desk(t.Context()).Person("p0000000"); err != nil || p.Name != "kept" {
		t.Errorf("after the migration: %+v, %v", p, err)
	}
}

// tablesOf lists the tables that the newest migration makes, children first.
func tablesOf(t *testing.T, pool *sql.DB) []string {
	t.Helper()
	newest, err := fs.ReadFile(migrations.Files, "sqlite/00003_desk.sql")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for line := range strings.SplitSeq(string(newest), "\n") {
		if name, ok := strings.CutPrefix(line, "CREATE TABLE "); ok {
			tables = append(tables, strings.Fields(name)[0])
		}
	}
	slices.Reverse(tables)
	return tables
}

// TestApplicationRole: the role that the application connects as may append to
// the record, and nothing else.
func TestApplicationRole(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	role := "app_" + strings.ReplaceAll(filepath.Base(strings.Split(address, "?")[0]), "-", "_")
	storetest.Admin(t, "CREATE ROLE "+role+" LOGIN")
	t.Cleanup(func() {
		if err := storetest.Exec(t, address, "DROP OWNED BY "+role); err != nil {
			t.Error(err)
		}
		storetest.Admin(t, "DROP ROLE "+role)
	})
	if _, err := store.Migrate(t.Context(), address, role); err != nil {
		t.Fatal(err)
	}
	asRole := strings.Replace(address, "user=postgres", "user="+role, 1)
	appended(t, storetest.Open(t, asRole))
	for _, attempt := range []string{
		"UPDATE record_event SET kind = 'policy'", "DELETE FROM audit_event", "TRUNCATE revision", "ALTER TABLE revision DISABLE TRIGGER ALL", "DROP TABLE checkpoint",
	} {
		if err := storetest.Exec(t, asRole, attempt); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s as the application: %v, want refused for lack of rights", attempt, err)
		}
	}
}
