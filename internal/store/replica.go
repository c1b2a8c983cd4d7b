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
	"gorm.io/gorm/callbacks"
)

// Patience with a replica. Whatever it does not give in time comes from the primary.
const (
	replicaPlaces   = 16                     // connections
	replicaPatience = 300 * time.Millisecond // with one statement, or until it is reached
	replicaRest     = time.Second            // until one that failed is asked again
)

// replica is a copy of the database that follows it by itself, some way behind.
type replica struct {
	pool    *sql.DB
	places  chan struct{} // for whoever has a connection
	report  func(error)
	resting atomic.Int64 // time in nanoseconds until which it is not asked
	failing atomic.Bool

	served, behind, busy, failed atomic.Int64
}

// ReplicaUse is how often reads of the record went to the replica, and how often they
// went to the primary instead since the replica was behind, all connections to it were
// busy, or it failed.
type ReplicaUse struct{ Served, Behind, Busy, Failed int64 }

// ReplicaUse counts since the start; ok is false when there is no replica.
func (db *DB) ReplicaUse() (use ReplicaUse, ok bool) {
	r := db.replica
	if r == nil {
		return ReplicaUse{}, false
	}
	return ReplicaUse{Served: r.served.Load(), Behind: r.behind.Load(), Busy: r.busy.Load(), Failed: r.failed.Load()}, true
}

// openReplica prepares a pool. Whether the replica can be reached is seen when it is
// asked: the site works without it.
func openReplica(d dialect, address string, report func(error)) (*replica, error) {
	if _, able := d.(postgresDialect); !able {
		return nil, errors.New("open replica: only PostgreSQL has replicas")
	}
	of, target, err := parseAddress(address)
	if _, able := of.(postgresDialect); err != nil || !able {
		return nil, errors.New("open replica: its address should look like postgres://…") // it may hold a password
	}
	pool, err := of.open(target, true)
	if err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if report == nil {
		report = func(error) {}
	}
	pool.SetMaxOpenConns(replicaPlaces)
	pool.SetMaxIdleConns(replicaPlaces)
	return &replica{pool: pool, places: make(chan struct{}, replicaPlaces), report: report}, nil
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

// primary reads the record where it is written.
func (p *Public) primary(ctx context.Context) Reader { return Reader{p.db.reader.WithContext(ctx)} }

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

	mu       sync.Mutex
	taken    bool
	conn     *sql.Conn // nil: the primary
	patience *time.Timer
	cancels  []context.CancelFunc
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

// release gives the connection back; what is read afterwards comes from the primary.
func (v *view) release() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.patience != nil {
		v.patience.Stop()
	}
	for _, cancel := range v.cancels {
		cancel()
	}
	if v.conn != nil {
		_ = v.conn.Close() // it goes back to the pool, or is dead
		<-v.db.replica.places
	}
	v.taken, v.conn, v.cancels = true, nil, nil
}

// queryNearby is gorm's query, asked again of the primary when the replica fails in the
// middle of it.
func queryNearby(g *gorm.DB) {
	callbacks.Query(g)
	if v, near := g.Statement.ConnPool.(*view); near && v.fails(g.Statement.Context, g.Error) {
		g.Error = nil
		callbacks.Query(g)
	}
}

// fails reports whether a statement failed since the replica did, and gives up on that.
func (v *view) fails(ctx context.Context, err error) bool {
	v.mu.Lock()
	atReplica := v.conn != nil
	if v.patience != nil {
		v.patience.Stop()
	}
	v.mu.Unlock()
	if err == nil || errors.Is(err, gorm.ErrRecordNotFound) || !atReplica || ctx.Err() != nil {
		return false
	}
	v.db.replica.fail(err)
	v.release()
	return true
}

// QueryContext asks the replica, for as long as one is patient with it, or the primary.
func (v *view) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	v.mu.Lock()
	conn := v.conn
	if conn != nil {
		patient, cancel := context.WithCancel(ctx)
		v.cancels, v.patience = append(v.cancels, cancel), time.AfterFunc(replicaPatience, cancel)
		ctx = patient
	}
	v.mu.Unlock()
	if conn == nil {
		return v.primary().QueryContext(ctx, query, args...)
	}
	return conn.QueryContext(ctx, query, args...)
}

// QueryRowContext is of gorm.ConnPool, as are the next two: these ask the primary.
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

// connect gives a connection to the replica that has the record up to an index, if
// there is one in time.
func (r *replica) connect(ctx context.Context, db *DB, need int64) *sql.Conn {
	if !r.awake() {
		r.failed.Add(1)
		return nil
	}
	select {
	case r.places <- struct{}{}:
	default:
		r.busy.Add(1)
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
	<-r.places
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
