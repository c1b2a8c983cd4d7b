// Package storetest gives tests a fresh, migrated database on each engine. A
// missing PostgreSQL server is fatal, never a skip.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/claimtrail/claimtrail/internal/store"
)

const serverVariable = "CLAIMTRAIL_TEST_POSTGRES"

// Each runs f on a fresh database of each engine, in parallel.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachAddress(t, func(t *testing.T, address string) { f(t, Open(t, address)) })
}

// EachAddress is like Each, but leaves it to f to open the database.
func EachAddress(t *testing.T, f func(t *testing.T, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// Open opens a database and closes it at the end of the test.
func Open(t testing.TB, address string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// sqliteTemplate migrates one file a test binary; tests copy it.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "claimtrail-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "template.db")
	if _, err := store.Migrate(context.Background(), "sqlite:"+file, ""); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// SQLite gives the address of a fresh SQLite database.
func SQLite(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// postgresTemplate makes one migrated database a test binary; tests clone it.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	name := fmt.Sprintf("template_%d", os.Getpid())
	if err := admin("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	_, err := store.Migrate(context.Background(), serverAddress(name), "")
	return name, err
})

var (
	databases atomic.Int64
	cloning   sync.Mutex // PostgreSQL clones a template for one client at a time
)

// Postgres gives the address of a fresh PostgreSQL database.
func Postgres(t testing.TB) string {
	t.Helper()
	if os.Getenv(serverVariable) == "" {
		t.Fatalf("no PostgreSQL server: run the tests with make test, or give the address of a throw-away server in %s", serverVariable)
	}
	template, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return create(t, " TEMPLATE "+template)
}

// Empty gives the address of a PostgreSQL database without a schema.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
	cloning.Lock()
	err := admin("CREATE DATABASE " + name + from)
	cloning.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return serverAddress(name)
}

// Exec runs a statement on the server of a PostgreSQL address, outside the
// store: what an operator could do.
func Exec(t testing.TB, address, statement string, args ...any) error {
	t.Helper()
	driver, target := "pgx", address
	if u, err := url.Parse(address); err == nil && u.Scheme == "sqlite" {
		driver, target = "sqlite", "file:"+u.Opaque+u.Path+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)"
	}
	pool, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.ExecContext(context.Background(), statement, args...)
	return err
}

// Admin runs a statement on the test server's own database.
func Admin(t testing.TB, statement string) {
	t.Helper()
	if err := admin(statement); err != nil {
		t.Fatal(err)
	}
}

func admin(statement string) error {
	pool, err := sql.Open("pgx", os.Getenv(serverVariable))
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.ExecContext(context.Background(), statement)
	return err
}

func serverAddress(database string) string {
	u, err := url.Parse(os.Getenv(serverVariable))
	if err != nil {
		return ""
	}
	u.Path = "/" + database
	return u.String()
}

// CutConnections ends every connection to a database of PostgreSQL, as an outage does.
func CutConnections(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(u.Path, "/")
	return admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + strings.ReplaceAll(name, "'", "''") + "'")
}
