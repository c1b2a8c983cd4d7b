package desk_test

import (
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const password = "a few good words"

func TestAccounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		id, token, err := r.desk.AddAccount(ctx, kb.System, kb.AccountInput{Name: "New", Email: "New@Example.org", Roles: kb.Roles{kb.Suggester}})
		ok(t, err)
		_, _, err = r.desk.AddAccount(ctx, kb.System, kb.AccountInput{Name: "Other", Email: "new@example.org", Roles: kb.Roles{kb.Suggester}})
		wantKind(t, kb.Invalid, err)
		_, err = r.desk.SignIn(ctx, "new@example.org", password, "127.0.0.1")
		wantKind(t, kb.Invalid, err)
		wantKind(t, kb.Invalid, r.desk.SetPasswordByLink(ctx, token, "short"))
		ok(t, r.desk.SetPasswordByLink(ctx, token, password))
		wantKind(t, kb.NotFound, r.desk.SetPasswordByLink(ctx, token, password))
		a := must(r.desk.SignIn(ctx, "NEW@example.org", password, "127.0.0.1"))(t)
		if a.ID != id {
			t.Errorf("signed in as %s, want %s", a.ID, id)
		}
		actor, good, err := db.Desk(ctx).Actor(a.ID, a.Epoch)
		if err != nil || !good || actor.Name != "New" {
			t.Errorf("actor %+v, %v, %v", actor, good, err)
		}
		ok(t, r.desk.SignOutEverywhere(ctx, actor))
		if _, good, _ := db.Desk(ctx).Actor(a.ID, a.Epoch); good {
			t.Error("a session survived signing out everywhere")
		}
		ok(t, r.desk.SetDisabled(ctx, kb.System, id, true))
		_, err = r.desk.SignIn(ctx, "new@example.org", password, "127.0.0.1")
		wantKind(t, kb.Invalid, err)
	})
}

func TestSignInIsThrottled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		var last error
		for range 9 {
			_, last = r.desk.SignIn(t.Context(), "Ed@example.org", "wrong password", "127.0.0.1")
		}
		wantKind(t, kb.Throttled, last)
		_, err := r.desk.SignIn(t.Context(), "unknown@example.org", "wrong password", "127.0.0.1")
		wantKind(t, kb.Invalid, err)
	})
}

// otherAddress gives a second fresh database on the engine of an address.
func otherAddress(t *testing.T, address string) string {
	t.Helper()
	if address[0] == 'p' {
		return storetest.Postgres(t)
	}
	return storetest.SQLite(t)
}
