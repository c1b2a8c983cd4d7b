package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// SQLite's extended result codes (sqlite.org/rescode.html) that mean something
// to a person; gorm's own translation does not know this driver.
const (
	sqliteBusy       = 5
	sqliteIOErr      = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqliteTrigger    = 1811
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// translate turns an engine's error into one of the trade's kinds, by code,
// once. Errors that have a kind already pass.
func translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*kb.Error](err); ok {
		return err
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return kb.Errorf(kb.NotFound, "There is nothing at this address.").Because(err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromPostgres(e, err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return fromSQLite(e.Code(), err)
	}
	if unreachable(err) {
		return away(err)
	}
	return err
}

func fromPostgres(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505":
		return taken(err)
	case "23503", "23514", "23502":
		return refused(err)
	case "CT001", "CT002", "40001", "40P01":
		return inTheWay(err)
	case "55000", "57014":
		return away(err)
	}
	for _, class := range []string{"08", "53", "57P"} {
		if strings.HasPrefix(e.Code, class) {
			return away(err)
		}
	}
	return err
}

func fromSQLite(code int, err error) error {
	switch code {
	case sqliteUnique, sqlitePrimaryKey:
		return taken(err)
	case sqliteForeignKey, sqliteCheck:
		return refused(err)
	case sqliteTrigger:
		return inTheWay(err)
	}
	switch code & 0xff {
	case sqliteBusy, sqliteFull, sqliteIOErr, sqliteCantOpen:
		return away(err)
	}
	return err
}

func unreachable(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

func taken(err error) error {
	return kb.Errorf(kb.Conflict, "This exists already, or somebody was there first.").Because(err)
}

func refused(err error) error {
	return kb.Errorf(kb.Invalid, "This refers to something that does not exist, or does not belong here.").Because(err)
}

func inTheWay(err error) error {
	return kb.Errorf(kb.Conflict, "This cannot be changed now. Load the page again to see how it stands.").Because(err)
}

func away(err error) error {
	return kb.Errorf(kb.Unavailable, "The database does not answer just now. Nothing was lost; try again in a moment.").Because(err)
}
