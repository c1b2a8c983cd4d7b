// Package store keeps the desk and the record in a database: SQLite in a file,
// or PostgreSQL. It is the only importer of gorm and of drivers. Reads go
// straight to it; writes pass one door, Write, in which every mutation leaves
// its audit entry. It knows no rule of the trade but those that the database
// itself can hold.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// DB is an open database: a pool that writes and a pool that reads.
type DB struct {
	dialect dialect
	writer  *gorm.DB
	reader  *gorm.DB
	pools   []*sql.DB
	replica *replica // nil: there is none
	now     func() time.Time
	// onStatement is called for each statement; nil but in tests.
	onStatement func()
	signing     sync.Mutex
	woken       wakeners
}

// wakeners are called after each commit of Write.
type wakeners struct {
	mu   sync.Mutex
	list map[int]func()
	last int
}

// add takes a function in, and gives the one that takes it out.
func (w *wakeners) add(wake func()) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.list == nil {
		w.list = map[int]func(){}
	}
	w.last++
	key := w.last
	w.list[key] = wake
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.list, key)
	}
}

func (w *wakeners) call() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wake := range w.list {
		wake()
	}
}

// Options are what a database can be opened with beside its address.
type Options struct {
	Now         func() time.Time // the clock; the real one when nil
	OnStatement func()           // called for each statement, for tests that count them

	Replica        string      // address of a streaming replica that Public may read; empty: none
	ReplicaTrouble func(error) // told when the replica begins to fail; may be nil
}

// Open opens the database at an address: "sqlite:FILE", or "postgres://…". It
// neither creates nor migrates a schema.
func Open(ctx context.Context, address string, opt Options) (*DB, error) {
	d, target, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: d, now: opt.Now, onStatement: opt.OnStatement}
	if db.now == nil {
		db.now = time.Now
	}
	if db.writer, err = db.openPool(target, false); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if db.reader, err = db.openPool(target, true); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if opt.Replica != "" {
		if db.replica, err = openReplica(d, opt.Replica, opt.ReplicaTrouble); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if err := db.reader.Callback().Query().Replace("gorm:query", queryNearby); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := db.Ping(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func parseAddress(address string) (dialect, string, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		if rest == "" {
			return nil, "", errors.New("open database: sqlite: needs the name of a file")
		}
		return sqliteDialect{}, rest, nil
	case "postgres", "postgresql":
		return postgresDialect{}, address, nil
	}
	return nil, "", fmt.Errorf("open database: %q is neither sqlite:FILE nor postgres://…", scheme)
}

func (db *DB) openPool(target string, readOnly bool) (*gorm.DB, error) {
	pool, err := db.dialect.open(target, readOnly)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.pools = append(db.pools, pool)
	g, err := gorm.Open(db.dialect.dialector(pool), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		NamingStrategy:         schema.NamingStrategy{SingularTable: true},
		NowFunc:                db.clock,
		Logger:                 counter{logger.Discard, db.onStatement}, // what fails is logged once, by the caller
		QueryFields:            true,
		PrepareStmt:            readOnly && db.dialect.prepares(),
		PrepareStmtMaxSize:     mostPrepared,
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", translate(err))
	}
	return g, nil
}

// mostPrepared bounds the statements that a pool keeps prepared.
const mostPrepared = 256

// clock gives the time as both engines keep it.
func (db *DB) clock() time.Time { return db.now().UTC().Truncate(time.Microsecond) }

// counter calls back for each statement and logs nothing.
type counter struct {
	logger.Interface

	onStatement func()
}

// Trace is what gorm calls after each statement.
func (c counter) Trace(context.Context, time.Time, func() (string, int64), error) {
	if c.onStatement != nil {
		c.onStatement()
	}
}

// LogMode keeps the counter.
func (c counter) LogMode(logger.LogLevel) logger.Interface { return c }

// Ping reports whether the database answers: Unavailable if not. The replica need not.
func (db *DB) Ping(ctx context.Context) error {
	for _, p := range db.pools {
		if err := p.PingContext(ctx); err != nil {
			return translate(fmt.Errorf("reach database: %w", err))
		}
	}
	return nil
}

// Close closes all pools.
func (db *DB) Close() error {
	var errs []error
	if db.replica != nil {
		errs = append(errs, db.replica.pool.Close())
	}
	for _, p := range db.pools {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// Write is the one door for changes to desk and record. It runs f in a
// transaction with the clock frozen, demands that f leave an audit entry at
// least, and commits; on any error nothing is written. f must open no other
// transaction: an embedded database has one writing connection, and f holds it.
// Errors: Conflict, Invalid, Unavailable, and what f returns.
func (db *DB) Write(ctx context.Context, actor kb.Actor, f func(*Tx) error) error {
	err := db.transaction(ctx, func(g *gorm.DB) error {
		tx := &Tx{Reader: Reader{g}, actor: actor, now: db.clock(), dialect: db.dialect}
		if err := tx.once(ctx); err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return err
		}
		if tx.audited == 0 {
			return errors.New("write: a transaction without an audit entry")
		}
		return nil
	})
	if err == nil {
		db.woken.call()
	}
	return err
}

// Platform runs f in a transaction on the platform's own tables (sessions,
// throttles, one-time links), which are not audited.
func (db *DB) Platform(ctx context.Context, f func(*Platform) error) error {
	return db.transaction(ctx, func(g *gorm.DB) error {
		return f(&Platform{g: g, now: db.clock(), dialect: db.dialect})
	})
}

func (db *DB) transaction(ctx context.Context, f func(*gorm.DB) error) error {
	for attempt := 1; ; attempt++ {
		begun := false
		err := translate(db.writer.WithContext(ctx).Transaction(func(g *gorm.DB) error {
			begun = true
			return f(g)
		}))
		// After an outage the pool may hold dead connections; what has not begun
		// can begin again on the next.
		if begun || kb.KindOf(err) != kb.Unavailable || attempt == beginAttempts {
			return err
		}
	}
}

const beginAttempts = 3

// Desk gives the reads of the desk, from the reading pool.
func (db *DB) Desk(ctx context.Context) Reader { return Reader{db.reader.WithContext(ctx)} }

// Now gives the database's clock.
func (db *DB) Now() time.Time { return db.clock() }

// Pools tells how busy the pools of connections are.
func (db *DB) Pools() map[string]sql.DBStats {
	pools := map[string]sql.DBStats{}
	for i, name := range []string{"writer", "reader"} {
		pools[name] = db.pools[i].Stats()
	}
	if db.replica != nil {
		pools["replica"] = db.replica.pool.Stats()
	}
	return pools
}

// JobCount is how many jobs of a queue are in a state.
type JobCount struct {
	Queue, State string
	N            int
}

// JobCounts counts the jobs that are not done, and those that failed.
func (r Reader) JobCounts() ([]JobCount, error) {
	var counts []JobCount
	for queue, table := range map[string]string{"captures": "capture_job", "webhooks": "webhook_delivery"} {
		var rows []JobCount
		err := r.g.Table(table).Select("state, COUNT(*) AS n").Where("state IN ?", []string{"queued", "waiting", "running", "failed"}).Group("state").Find(&rows).Error
		if err != nil {
			return nil, translate(fmt.Errorf("count jobs: %w", err))
		}
		for _, c := range rows {
			c.Queue = queue
			counts = append(counts, c)
		}
	}
	return counts, nil
}
