package desk_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

func (r *room) token(t *testing.T, of kb.Actor, days string, scopes ...string) string {
	t.Helper()
	return must(r.desk.AddToken(t.Context(), of, kb.TokenInput{Name: "a program", Scopes: scopes, Days: days}))(t)
}

// newestToken gives the token that an account made last.
func (r *room) newestToken(t *testing.T, of kb.Actor) kb.APIToken {
	t.Helper()
	return must(r.db.Desk(t.Context()).Tokens(of.Account))(t)[0]
}

func allScopes() []string {
	scopes := make([]string, len(kb.Scopes))
	for i, o := range kb.Scopes {
		scopes[i] = o.Value
	}
	return scopes
}

// TestToken: a token acts for its account, as the account stands at the moment,
// until its time is over or it is revoked.
func TestToken(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		secret := p.token(t, p.editor, "7", kb.ScopeRead, kb.ScopeClaims, kb.ScopeRead)
		actor := must(p.desk.TokenActor(ctx, secret))(t)
		if actor.Person != p.editor.Person || actor.Account != p.editor.Account || actor.Token == "" || !slices.Equal(actor.Scopes, []string{kb.ScopeClaims, kb.ScopeRead}) || !actor.Roles.Has(kb.Researcher) {
			t.Errorf("it acts as %+v", actor)
		}
		for _, wrong := range []string{"", "ctk_", secret[:len(secret)-1], secret + "x", strings.ToUpper(secret), "%", "\x00"} {
			wantKind(t, kb.Unauthenticated, errOf(p.desk.TokenActor(ctx, wrong)))
		}

		used := *p.newestToken(t, p.editor).UsedAt
		p.clock.pass(30 * time.Second)
		must(p.desk.TokenActor(ctx, secret))(t)
		if now := *p.newestToken(t, p.editor).UsedAt; !now.Equal(used) {
			t.Error("each use within a minute is written down")
		}
		p.clock.pass(2 * time.Minute)
		must(p.desk.TokenActor(ctx, secret))(t)
		if now := *p.newestToken(t, p.editor).UsedAt; !now.After(used) {
			t.Error("a later use is not written down")
		}

		second, _ := p.another(t, 0)
		must(second.TokenActor(ctx, secret))(t)
		a := must(p.reads(t).Account(p.editor.Account))(t)
		ok(t, second.SetRoles(ctx, kb.System, a.ID, a.Version, kb.Roles{kb.Auditor}))
		if now := must(p.desk.TokenActor(ctx, secret))(t); now.Roles.Has(kb.Researcher) {
			t.Error("a role that was taken away still holds in the other process")
		}
		ok(t, second.SetDisabled(ctx, kb.System, a.ID, true))
		wantKind(t, kb.Unauthenticated, errOf(p.desk.TokenActor(ctx, secret)))
		ok(t, second.SetDisabled(ctx, kb.System, a.ID, false))

		p.clock.pass(7*24*time.Hour - 3*time.Minute)
		must(p.desk.TokenActor(ctx, secret))(t)
		p.clock.pass(time.Minute)
		wantKind(t, kb.Unauthenticated, errOf(p.desk.TokenActor(ctx, secret)))

		lasting := p.token(t, p.reviewer, "0", kb.ScopeRead)
		p.clock.pass(10 * 365 * 24 * time.Hour)
		must(p.desk.TokenActor(ctx, lasting))(t)
		ok(t, second.RevokeToken(ctx, p.reviewer, p.newestToken(t, p.reviewer).ID))
		wantKind(t, kb.Unauthenticated, errOf(p.desk.TokenActor(ctx, lasting)))
	})
}

// TestTokenRevoked: one revokes one's own; an administrator anybody's.
func TestTokenRevoked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx, admin := t.Context(), r.person(t, "Ada", kb.Admin)
		r.token(t, r.editor, "30", kb.ScopeRead)
		id := r.newestToken(t, r.editor).ID
		wantKind(t, kb.NotFound, r.desk.RevokeToken(ctx, r.reviewer, id))
		wantKind(t, kb.Unauthenticated, r.desk.RevokeToken(ctx, kb.Actor{}, id))
		wantKind(t, kb.NotFound, r.desk.RevokeToken(ctx, r.editor, "00000000"))
		ok(t, r.desk.RevokeToken(ctx, admin, id))
		wantKind(t, kb.Conflict, r.desk.RevokeToken(ctx, r.editor, id))
		for name, in := range map[string]kb.TokenInput{
			"no name": {Scopes: []string{kb.ScopeRead}, Days: "7"}, "no scope": {Name: "n", Days: "7"}, "another scope": {Name: "n", Scopes: []string{"publish"}, Days: "7"},
			"another time": {Name: "n", Scopes: []string{kb.ScopeRead}, Days: "-1"}, "no time": {Name: "n", Scopes: []string{kb.ScopeRead}}, "a long name": {Name: strings.Repeat("n", 81), Scopes: []string{kb.ScopeRead}, Days: "7"},
		} {
			if _, err := r.desk.AddToken(ctx, r.editor, in); kb.KindOf(err) != kb.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantKind(t, kb.Unauthenticated, errOf(r.desk.AddToken(ctx, kb.Actor{}, kb.TokenInput{})))
	})
}

// TestTokenScopes: with every role and every scope, a token may do what a scope
// names; what decides anything stands in none.
func TestTokenScopes(t *testing.T) {
	t.Parallel()
	may := []desk.Action{
		desk.ReadDesk, desk.SuggestClaim, desk.LogClaim, desk.EditClaim, desk.EditAppearance, desk.RelateClaims, desk.EditSource, desk.EditPublisher, desk.EditSpeaker,
		desk.CaptureSource, desk.CopyExcerpt, desk.EditEvidence, desk.EditDerivation, desk.EditRuling, desk.EditReply, desk.StepAction(kb.Submit),
	}
	token := kb.Actor{Account: "a", Person: "p", Token: "t", Roles: everybody, Scopes: allScopes()}
	for _, action := range desk.Actions() {
		err := desk.Authorise(token, action)
		if allowed := slices.Contains(may, action); allowed != (err == nil) || (!allowed && kb.KindOf(err) != kb.Forbidden) {
			t.Errorf("a token may %s: %v", action, err)
		}
		none := token
		none.Scopes = nil
		wantKind(t, kb.Forbidden, desk.Authorise(none, action))
		none.Scopes = []string{"", "publish", "*", "READ"}
		wantKind(t, kb.Forbidden, desk.Authorise(none, action))
		powerless := token
		powerless.Roles = nil
		if err := desk.Authorise(powerless, action); err == nil {
			t.Errorf("a token of an account without roles may %s", action)
		}
	}
}

// TestTokenIsKeptAsAHash: nothing in the database is the secret, nor has it.
func TestTokenIsKeptAsAHash(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		secret := p.token(t, p.editor, "30", kb.ScopeRead)
		must(p.desk.TokenActor(t.Context(), secret))(t)
		if len(secret) < 50 || p.token(t, p.editor, "30", kb.ScopeRead) == secret {
			t.Errorf("the secret %q", secret)
		}
		rows, found := 0, false
		p.cells(t, func(table string, cell []byte) {
			rows++
			if bytes.Contains(cell, []byte(secret)) || bytes.Contains(cell, []byte(strings.TrimPrefix(secret, "ctk_"))) {
				t.Errorf("the secret stands in %s", table)
			}
			found = found || string(cell) == secret[len(secret)-4:]
		})
		if rows < 100 || !found {
			t.Errorf("%d cells were looked at; the hint found: %v", rows, found)
		}
		list := fmt.Sprintf("%+v", must(p.reads(t).Audit(store.AuditQuery{Action: "token.add", Limit: 10}))(t))
		token := p.newestToken(t, p.editor)
		if strings.Contains(list, token.TokenHash) || !strings.Contains(list, string(token.ID)) {
			t.Errorf("the audit says %s", list)
		}
	})
}

// cells calls f with everything that the database holds.
func (p *press) cells(t *testing.T, f func(table string, cell []byte)) {
	t.Helper()
	driver, target, list := "pgx", p.address, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if u, err := url.Parse(p.address); err == nil && u.Scheme == "sqlite" {
		driver, target, list = "sqlite", "file:"+u.Opaque+u.Path, "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	pool := must(sql.Open(driver, target))(t)
	defer pool.Close()
	for _, table := range words(t, pool, list) {
		for _, cell := range words(t, pool, `SELECT * FROM "`+table+`"`) {
			f(table, []byte(cell))
		}
	}
}

// words gives every cell that a query finds.
func words(t *testing.T, pool *sql.DB, query string) []string {
	t.Helper()
	rows := must(pool.QueryContext(context.Background(), query))(t)
	defer rows.Close()
	columns := must(rows.Columns())(t)
	var found []string
	for rows.Next() {
		cells := make([]sql.RawBytes, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		ok(t, rows.Scan(into...))
		for _, c := range cells {
			found = append(found, string(c))
		}
	}
	ok(t, rows.Err())
	return found
}

// TestOnceForAnAccount: a request is remembered for its account, for as long as
// is said.
func TestOnceForAnAccount(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		actor := must(p.desk.TokenActor(t.Context(), p.token(t, p.editor, "30", allScopes()...)))(t)
		ctx := p.desk.Once(t.Context(), actor, "k", "f")
		add := func(name string) error {
			return errOf(p.desk.AddSpeaker(ctx, actor, desk.SpeakerInput{Speaker: kb.Speaker{Kind: "person", Name: name}}))
		}
		wantKind(t, kb.Invalid, add("")) // which is not remembered
		ok(t, add("One"))
		wantKind(t, kb.Conflict, add("Two"))
		second, _ := p.another(t, 0)
		wantKind(t, kb.Conflict, errOf(second.AddSpeaker(ctx, actor, desk.SpeakerInput{Speaker: kb.Speaker{Kind: "person", Name: "Three"}})))
		ok(t, second.KeepAnswer(t.Context(), actor, "k", store.Answer{Status: 201, Headers: "{}", Body: []byte("{}")}))
		if a := must(p.desk.Answered(t.Context(), actor, "k"))(t); a.Status != 201 || a.Fingerprint != "f" {
			t.Errorf("answered %+v", a)
		}
		wantKind(t, kb.NotFound, errOf(p.desk.Answered(t.Context(), p.reviewer, "k")))
		p.clock.pass(47 * time.Hour)
		ok(t, p.desk.Chores(t.Context()))
		must(p.desk.Answered(t.Context(), actor, "k"))(t)
		p.clock.pass(2 * time.Hour)
		ok(t, p.desk.Chores(t.Context()))
		wantKind(t, kb.NotFound, errOf(p.desk.Answered(t.Context(), actor, "k")))
	})
}

// TestTokenWrites: writes of a token are counted for itself.
func TestTokenWrites(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		actor := kb.Actor{Account: p.editor.Account, Token: "one"}
		ok(t, p.db.Platform(t.Context(), func(platform *store.Platform) error {
			for range 599 {
				if _, _, err := platform.AddFailure("token:one", time.Minute); err != nil {
					return err
				}
			}
			return nil
		}))
		ok(t, p.desk.CountWrite(t.Context(), actor))
		wantKind(t, kb.Throttled, p.desk.CountWrite(t.Context(), actor))
		actor.Token = "two"
		ok(t, p.desk.CountWrite(t.Context(), actor))
		actor.Token = "one"
		p.clock.pass(2 * time.Minute)
		ok(t, p.desk.CountWrite(t.Context(), actor))
	})
}
