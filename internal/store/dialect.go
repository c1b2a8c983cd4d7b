package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
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
	// prepares reports that reads are quicker when their statements are kept
	// prepared, which the driver of PostgreSQL does by itself.
	prepares() bool
	// lockRecord makes commit order the order of log indexes, and has the commit
	// told to who listens. SQLite has its lock since BEGIN IMMEDIATE.
	lockRecord(g *gorm.DB) error
	// listen calls wake for each commit that is told, until it is cut off or the
	// context ends. Commits of this process are told without it.
	listen(ctx context.Context, pool *sql.DB, wake func()) error
	// lead does a duty while no other process on the database does, or returns at
	// once.
	lead(ctx context.Context, pool *sql.DB, duty Duty, work func(context.Context)) error
	// columns lists table and column names of the schema, for the drift test.
	columns() string
	// columnTypes lists the tables of the schema with their columns, in order,
	// and what the engine calls the columns' types.
	columnTypes() string
	// unhurried lets this transaction take as long as it takes: a backup and its
	// restoration do, however fast single requests have to be.
	unhurried(g *gorm.DB) error
	// suspensions lists statements that keep triggers and foreign keys out of the
	// way of a restoration, each with the one that puts back exactly what was.
	suspensions() string
	// settle checks the references that were not checked while rows were loaded,
	// and sets the counters past the rows.
	settle(g *gorm.DB) error
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

func (sqliteDialect) prepares() bool { return true }

func (postgresDialect) prepares() bool { return false }

func (sqliteDialect) lockRecord(*gorm.DB) error { return nil }

func (sqliteDialect) listen(ctx context.Context, _ *sql.DB, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}

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
	return g.Exec("SELECT pg_advisory_xact_lock(?), pg_notify(?, '')", recordLock, recordChannel).Error
}

func (postgresDialect) listen(ctx context.Context, pool *sql.DB, wake func()) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(c any) error {
		// A connection that listened is not given back.
		return errors.Join(listenOn(ctx, c, wake), driver.ErrBadConn)
	})
	return errors.Join(err, conn.Close())
}

func (postgresDialect) columns() string {
	return `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
}

func (sqliteDialect) columnTypes() string {
	return `SELECT m.name AS table_name, c.name AS column_name, c.type AS column_type
		FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY m.name, c.cid`
}

func (sqliteDialect) unhurried(*gorm.DB) error { return nil }

func (sqliteDialect) suspensions() string {
	return `SELECT 'DROP TRIGGER "' || name || '"' AS suspend, sql AS resume FROM sqlite_master WHERE type = 'trigger'
		UNION ALL SELECT 'PRAGMA defer_foreign_keys = ON', 'PRAGMA defer_foreign_keys = OFF'`
}

// settle has no counter to set: SQLite counts on from the largest number that
// was ever inserted.
func (sqliteDialect) settle(g *gorm.DB) error {
	var dangling []struct{ Table, Parent string }
	if err := g.Raw("PRAGMA foreign_key_check").Scan(&dangling).Error; err != nil {
		return err
	}
	if len(dangling) > 0 {
		return fmt.Errorf("a row of %s refers to a row of %s that is not there", dangling[0].Table, dangling[0].Parent)
	}
	return nil
}

func (postgresDialect) columnTypes() string {
	return `SELECT c.table_name, c.column_name, c.data_type AS column_type
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
		ORDER BY c.table_name, c.ordinal_position`
}

func (postgresDialect) unhurried(g *gorm.DB) error {
	return g.Exec("SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)").Error
}

func (postgresDialect) suspensions() string {
	return `SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS suspend,
			format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) AS resume
		FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
		WHERE NOT tgisinternal AND tgenabled = 'O' AND c.relnamespace = current_schema()::regnamespace
		UNION ALL SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED', conrelid::regclass, conname),
			format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', conrelid::regclass, conname)
		FROM pg_constraint
		WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace`
}

func (postgresDialect) settle(g *gorm.DB) error {
	if err := g.Exec("SET CONSTRAINTS ALL IMMEDIATE").Error; err != nil {
		return err
	}
	var counters []string
	err := g.Raw(`SELECT format('SELECT setval(%1$L, COALESCE(MAX(%2$I), 1), MAX(%2$I) IS NOT NULL) FROM %3$I',
			pg_get_serial_sequence(quote_ident(table_name), column_name), column_name, table_name)
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL`).Scan(&counters).Error
	for _, set := range counters {
		err = errors.Join(err, g.Exec(set).Error)
	}
	return err
}
