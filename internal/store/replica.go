package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// Patience with a replica. Whatever it does not give in time comes from the primary.
const (
	replicaPatience = 300 * time.Millisecond // with one statement, or until it is reached
	replicaRest     = time.Second            // until one that failed is asked again
)

// replica is a copy of the database that follows it by itself, some way behind.
type replica struct {
	pool    *sql.DB
	report  func(error)
	resting atomic.Int64 // time in nanoseconds until which it is not asked
	failing atomic.Bool

	served, behind, failed atomic.Int64
}

// ReplicaUse is how often reads of the record went to the replica, and how often they
// went to the primary instead since the replica was behind, or failed.
type ReplicaUse struct{ Served, Behind, Failed int64 }

// ReplicaUse counts since the start; ok is false when there is no replica.
func (db *DB) ReplicaUse() (use ReplicaUse, ok bool) {
	r := db.replica
	if r == nil {
		return ReplicaUse{}, false
	}
	return ReplicaUse{Served: r.served.Load(), Behind: r.behind.Load(), Failed: r.failed.Load()}, true
}

// openReplica prepares a pool. Whether the replica can be reached is seen when it is
// asked: the site works without it.
func openReplica(d dialect, address string, report func(error)) (*replica, error) {
	if _, able := d.(postgresDialect); !able {
		return nil, errors.New("open replica: only PostgreSQL has replicas")
	}
	of, target, err := parseAddress(address)
	if err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if _, able := of.(postgresDialect); !able {
		return nil, fmt.Errorf("open replica: %q is not postgres://…", address)
	}
	pool, err := of.open(target, true)
	if err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if report == nil {
		report = func(error) {}
	}
	return &replica{pool: pool, report: report}, nil
}

// Nearby lets the reads of the record under a context come from the replica, if there
// is one: from one that has all up to the log index that need gives when the first of
// them is asked for, and from the primary otherwise. release gives back what they use.
func (p *Public) Nearby(ctx context.Context, need func() int64) (near context.Context, release func()) {
	if p.db.replica == nil {
		return ctx, func() {}
	}
	v := &view{db: p.db, need: need}
	return context.WithValue(ctx, viewKey{}, v), v.release
}

type viewKey struct{}

// reader reads the record.
func (p *Public) reader(ctx context.Context) Reader {
	g := p.db.reader.WithContext(ctx)
	if v, _ := ctx.Value(viewKey{}).(*view); v != nil {
		v.take(ctx)
		g.Statement.ConnPool = v
	}
	return Reader{g}
}

// view is where the reads under one context come from: one connection to the replica
// that is known to be far enough, or, without one, the primary. Reads do not change
// anything, so one that fails is asked again of the primary.
type view struct {
	db   *DB
	need func() int64

	mu      sync.Mutex
	taken   bool
	conn    *sql.Conn // nil: the primary
	cancels []context.CancelFunc
}

// take chooses, once.
func (v *view) take(ctx context.Context) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.taken {
		return
	}
	v.taken = true
	v.conn = v.db.replica.connect(ctx, v.db, v.need())
}

func (v *view) replica() *sql.Conn {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.conn
}

// QueryContext asks the replica, and the primary if that fails or takes too long.
func (v *view) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if conn := v.replica(); conn != nil {
		rows, err := v.ask(ctx, conn, query, args)
		if err == nil {
			return rows, nil
		}
		if ctx.Err() != nil {
			return nil, err // nobody waits for an answer
		}
		v.db.replica.fail(err)
		v.release()
	}
	return v.primary().QueryContext(ctx, query, args...)
}

// ask is done in time, or fails. The rows can be read until the view is released.
func (v *view) ask(ctx context.Context, conn *sql.Conn, query string, args []any) (*sql.Rows, error) {
	ctx, cancel := context.WithCancel(ctx)
	v.mu.Lock()
	v.cancels = append(v.cancels, cancel)
	v.mu.Unlock()
	patience := time.AfterFunc(replicaPatience, cancel)
	rows, err := conn.QueryContext(ctx, query, args...)
	if patience.Stop() || err != nil {
		return rows, err
	}
	return nil, context.DeadlineExceeded // the end of the context closed the rows
}

// QueryRowContext is of gorm.ConnPool, for reads of which an error shows too late.
func (v *view) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return v.primary().QueryRowContext(ctx, query, args...)
}

// ExecContext is of gorm.ConnPool.
func (v *view) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return v.primary().ExecContext(ctx, query, args...)
}

// PrepareContext is of gorm.ConnPool.
func (v *view) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return v.primary().PrepareContext(ctx, query)
}

func (v *view) primary() gorm.ConnPool { return v.db.reader.ConnPool }

// release gives the connection back; what is read afterwards comes from the primary.
func (v *view) release() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, cancel := range v.cancels {
		cancel()
	}
	if v.conn != nil {
		_ = v.conn.Close() // it goes back to the pool, or is dead
	}
	v.taken, v.conn, v.cancels = true, nil, nil
}

// connect gives a connection to the replica that has the record up to an index, if
// there is one in time.
func (r *replica) connect(ctx context.Context, db *DB, need int64) *sql.Conn {
	if !r.awake() {
		r.failed.Add(1)
		return nil
	}
	within, cancel := context.WithTimeout(ctx, replicaPatience)
	defer cancel()
	conn, err := r.pool.Conn(within)
	if err == nil {
		err = conn.Raw(func(c any) error { return r.reaches(within, db, c.(*stdlib.Conn), need) })
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}
	switch {
	case err == nil:
		r.served.Add(1)
		r.failing.Store(false)
		return conn
	case errors.Is(err, errBehind):
		r.behind.Add(1)
	case ctx.Err() == nil:
		r.fail(err)
	}
	return nil
}

// awake reports whether the replica may be asked. One that failed is tried by one
// request at a time.
func (r *replica) awake() bool {
	if !r.failing.Load() {
		return true
	}
	now, until := time.Now(), r.resting.Load()
	return now.UnixNano() >= until && r.resting.CompareAndSwap(until, now.Add(replicaRest+replicaPatience).UnixNano())
}

// fail leaves the replica alone for a while. Only the first of a row of failures is
// reported.
func (r *replica) fail(err error) {
	r.failed.Add(1)
	r.resting.Store(time.Now().Add(replicaRest).UnixNano())
	if !r.failing.Swap(true) {
		r.report(translate(fmt.Errorf("read from the replica: %w", err)))
	}
}

var (
	errBehind    = errors.New("the replica is behind")
	errOtherSite = errors.New("the replica is of another database")
)

// reaches fails unless what a connection leads to has the record up to an index. What
// it had once it has as long as the connection lives.
func (r *replica) reaches(ctx context.Context, db *DB, c *stdlib.Conn, need int64) error {
	conn := c.Conn()
	known := conn.PgConn().CustomData()
	if head, ok := known["head"].(int64); ok && head >= need {
		return nil
	}
	var head int64
	var first string
	err := conn.QueryRow(ctx, "SELECT COALESCE(MAX(idx), -1), COALESCE((SELECT hash FROM record_event WHERE idx = 0), '') FROM record_event").Scan(&head, &first)
	if err != nil {
		return err
	}
	if head < need || head < 0 {
		return errBehind
	}
	if _, compared := known["head"]; !compared {
		if err := db.begins(ctx, first); err != nil {
			return err
		}
	}
	known["head"] = head
	return nil
}

// begins fails unless the record begins with a document.
func (db *DB) begins(ctx context.Context, hash string) error {
	rows, err := findSome[recordEvent](Reader{db.reader.WithContext(ctx)}, "record", "idx", 1, "idx = 0")
	if err != nil {
		return err
	}
	if len(rows) == 0 || rows[0].Hash != hash {
		return errOtherSite
	}
	return nil
}
