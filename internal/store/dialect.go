package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// dialect is what differs between the engines; everything else is one code.
type dialect interface {
	// name is the folder of the engine's migrations.
	name() string
	// goose is the migration library's name of the engine.
	goose() goose.Dialect
	// open opens a pool. SQLite writes through one connection, so that writers
	// queue in the program instead of failing in the database.
	open(target string, readOnly bool) (*sql.DB, error)
	dialector(pool *sql.DB) gorm.Dialector
	// lockRecord makes commit order the order of log indexes. SQLite has its
	// lock since BEGIN IMMEDIATE.
	lockRecord(g *gorm.DB) error
	// columns lists table and column names of the schema, for the drift test.
	columns() string
}

type sqliteDialect struct{}

func (sqliteDialect) name() string         { return "sqlite" }
func (sqliteDialect) goose() goose.Dialect { return goose.DialectSQLite3 }

func (sqliteDialect) open(file string, readOnly bool) (*sql.DB, error) {
	q := url.Values{}
	for _, pragma := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(ON)", "synchronous(FULL)"} {
		q.Add("_pragma", pragma)
	}
	q.Set("_time_format", "sqlite")
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Set("_txlock", "immediate")
	}
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file)
	pool, err := sql.Open("sqlite", "file:"+escaped+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	if readOnly {
		pool.SetMaxOpenConns(max(4, runtime.NumCPU()))
		pool.SetMaxIdleConns(max(4, runtime.NumCPU()))
	} else {
		pool.SetMaxOpenConns(1)
	}
	return pool, nil
}

func (sqliteDialect) dialector(pool *sql.DB) gorm.Dialector {
	return sqlite.New(sqlite.Config{DriverName: "sqlite", Conn: pool})
}

func (sqliteDialect) lockRecord(*gorm.DB) error { return nil }

func (sqliteDialect) columns() string {
	return `SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
}

type postgresDialect struct{}

func (postgresDialect) name() string         { return "postgres" }
func (postgresDialect) goose() goose.Dialect { return goose.DialectPostgres }

func (postgresDialect) open(address string, readOnly bool) (*sql.DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the database cannot be read")
	}
	q := u.Query()
	setDefault(q, "connect_timeout", "5")
	setDefault(q, "timezone", "UTC")
	setDefault(q, "statement_timeout", "30000")
	setDefault(q, "idle_in_transaction_session_timeout", "60000")
	if readOnly {
		q.Set("default_transaction_read_only", "on")
	}
	u.RawQuery = q.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("the address of the database cannot be read")
	}
	pool := sql.OpenDB(stdlib.GetConnector(*config, stdlib.OptionResetSession(dropIfCut)))
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool, nil
}

// restedLong is how long a connection may rest and be trusted unseen.
const restedLong = time.Second

// dropIfCut asks a connection that rested whether the server still knows it, so
// that after an outage nobody meets the dead ones.
func dropIfCut(ctx context.Context, conn *pgx.Conn) error {
	data := conn.PgConn().CustomData()
	used, _ := data["used"].(time.Time)
	data["used"] = time.Now()
	if time.Since(used) > restedLong && conn.Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
}

func setDefault(q url.Values, key, value string) {
	if !q.Has(key) {
		q.Set(key, value)
	}
}

func (postgresDialect) dialector(pool *sql.DB) gorm.Dialector {
	return postgres.New(postgres.Config{Conn: pool})
}

// recordLock is the key of the advisory lock that orders the record.
const recordLock = 7310001

func (postgresDialect) lockRecord(g *gorm.DB) error {
	return g.Exec("SELECT pg_advisory_xact_lock(?)", recordLock).Error
}

func (postgresDialect) columns() string {
	return `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
}
