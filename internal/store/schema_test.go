package store_test

import (
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
// it is migrated, after a copy was made of an embedded one, and keeps what it
// held. Every earlier version is tried.
func TestOlderDatabaseOpens(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations.Files, "sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for version := 2; version < len(files); version++ { // persons came with the second
		for _, address := range []string{"sqlite:" + filepath.Join(t.TempDir(), "old.db"), storetest.Empty(t)} {
			if err := store.MigrateTo(t.Context(), address, int64(version)); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{
				"INSERT INTO public_id VALUES ('p0000000', 'person')",
				"INSERT INTO person VALUES ('p0000000', 'kept', '2026-01-01 00:00:00+00:00')",
			} {
				if err := storetest.Exec(t, address, s); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := store.Migrate(t.Context(), address, ""); err != nil {
				t.Fatal(err)
			}
			db := storetest.Open(t, address)
			if err := db.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
			if p, err := db.Desk(t.Context()).Person("p0000000"); err != nil || p.Name != "kept" {
				t.Errorf("from version %d: %+v, %v", version, p, err)
			}
			file, embedded := strings.CutPrefix(address, "sqlite:")
			if copies, _ := filepath.Glob(file + ".before-*"); embedded && len(copies) != 1 {
				t.Errorf("copies before the migration: %v", copies)
			}
		}
	}
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
