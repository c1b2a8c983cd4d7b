package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"
)

// Duty is work that one of all processes does at a time.
type Duty int64

// Duties: what is due by the clock, and working out what claims mean.
const (
	Clock    Duty = 7310002 // PostgreSQL has one number for each lock of an application
	Meanings Duty = 7310003
)

// How the one process is found that does a duty.
const (
	leadAgain = time.Second     // how often the others ask, and the one says that it lives
	leadLost  = 5 * time.Second // how long it may be silent
)

// Lead does a duty whenever no other process on the same database does, until the
// context ends. The context of the work ends when it may be another's turn; for a
// moment two may be at it, so the work itself must bear that. Errors are given to
// report.
func (db *DB) Lead(ctx context.Context, duty Duty, work func(context.Context), report func(error)) {
	for ctx.Err() == nil {
		if err := db.dialect.lead(ctx, db.pools[0], duty, work); err != nil && ctx.Err() == nil {
			report(err)
		}
		wait(ctx, leadAgain)
	}
}

// lead needs nobody's leave: an embedded database has one process.
func (sqliteDialect) lead(ctx context.Context, _ *sql.DB, _ Duty, work func(context.Context)) error {
	work(ctx)
	return nil
}

// lead works while a connection holds a lock. The server lets go of it when nothing is
// heard of the process for a while.
func (postgresDialect) lead(ctx context.Context, pool *sql.DB, duty Duty, work func(context.Context)) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	var leads bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(duty)).Scan(&leads); err != nil || !leads {
		return errors.Join(err, conn.Close())
	}
	err = workWhileHeld(ctx, conn, work)
	// The connection is not given back: with it the lock goes.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close() // it is closed
	return err
}

func workWhileHeld(ctx context.Context, conn *sql.Conn, work func(context.Context)) error {
	_, err := conn.ExecContext(ctx, "SELECT set_config('idle_session_timeout', $1, false) WHERE current_setting('server_version_num')::int >= 140000", leadLost.String())
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(working)
	}()
	defer func() {
		stop()
		<-done
	}()
	tick := time.NewTicker(leadAgain)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-tick.C:
			if err := stillHeld(ctx, conn); err != nil {
				return err
			}
		}
	}
}

// stillHeld says that the process lives, and fails when the lock may be another's.
func stillHeld(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, leadLost)
	defer cancel()
	_, err := conn.ExecContext(ctx, "SELECT 1")
	return err
}
