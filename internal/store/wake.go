package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// recordChannel is where PostgreSQL tells that the record grew.
const recordChannel = "claimtrail_record"

// listenAgain is how long a listener that was cut off waits before it comes back.
const listenAgain = time.Second / 5

// Woken calls wake after commits that may have added to the record, until the context
// ends: those of this process and, on PostgreSQL, those of all. It is only a wake-up: a
// listener that is cut off misses what is told meanwhile, so whoever needs to be sure
// looks for himself now and then. What cuts a listener off is given to report.
func (db *DB) Woken(ctx context.Context, wake func(), report func(error)) {
	defer db.woken.add(wake)()
	for ctx.Err() == nil {
		err := db.dialect.listen(ctx, db.pools[0], wake)
		if ctx.Err() == nil {
			report(err)
			wait(ctx, listenAgain)
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// listenOn waits for notifications on a connection that it takes out of the pool.
func listenOn(ctx context.Context, conn any, wake func()) error {
	c := conn.(*stdlib.Conn).Conn()
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{recordChannel}.Sanitize()); err != nil {
		return err
	}
	wake() // for what was told before
	for {
		if _, err := c.WaitForNotification(ctx); err != nil {
			return err
		}
		wake()
	}
}
