package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// account adds an account.
func account(t *testing.T, db *store.DB, email string) kb.ID {
	t.Helper()
	var id kb.ID
	write(t, db, func(tx *store.Tx) error {
		person, err := tx.InsertPerson(kb.Person{Name: email})
		if err != nil {
			return err
		}
		id, err = tx.InsertAccount(kb.Account{PersonID: person, Email: email, EmailKey: email, Roles: kb.Roles{kb.Researcher}})
		return err
	})
	return id
}

func token(t *testing.T, db *store.DB, of kb.ID, hash string) kb.ID {
	t.Helper()
	var id kb.ID
	write(t, db, func(tx *store.Tx) error {
		var err error
		id, err = tx.InsertToken(kb.APIToken{AccountID: of, Name: "n", TokenHash: hash, Hint: "hint", Scopes: kb.Strings{kb.ScopeRead, kb.ScopeClaims}})
		return err
	})
	return id
}

// speak adds a speaker as a request with a name.
func speak(t *testing.T, db *store.DB, once store.Once, name string) error {
	t.Helper()
	return db.Write(store.WithOnce(t.Context(), once), kb.System, func(tx *store.Tx) error {
		_, err := tx.InsertSpeaker(kb.Speaker{Kind: "person", Name: name, NameKey: name})
		return err
	})
}

func speakers(t *testing.T, db *store.DB, name string) int {
	t.Helper()
	rows, err := db.Desk(t.Context()).SpeakersNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

func TestToken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		owner, other := account(t, db, "a@example.org"), account(t, db, "b@example.org")
		id := token(t, db, owner, "hash of a")
		token(t, db, other, "hash of b")
		got, err := db.Desk(t.Context()).TokenByHash("hash of a")
		if err != nil || got.ID != id || got.AccountID != owner || len(got.Scopes) != 2 || !got.Good(db.Now()) || got.UsedAt != nil {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := db.Desk(t.Context()).TokenByHash(""); kb.KindOf(err) != kb.NotFound {
			t.Errorf("no hash: %v", err)
		}
		if list, err := db.Desk(t.Context()).Tokens(owner); err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("%+v, %v", list, err)
		}
		again := func(tx *store.Tx) error {
			_, err := tx.InsertToken(kb.APIToken{AccountID: other, TokenHash: "hash of a"})
			return err
		}
		if err := db.Write(t.Context(), kb.System, again); kb.KindOf(err) != kb.Conflict {
			t.Errorf("the same hash again: %v", err)
		}
		if err := db.Platform(t.Context(), func(p *store.Platform) error { return p.TokenUsed(id) }); err != nil {
			t.Fatal(err)
		}
		revoke := func(tx *store.Tx) error { return tx.RevokeToken(id) }
		write(t, db, revoke)
		if err := db.Write(t.Context(), kb.System, revoke); kb.KindOf(err) != kb.Conflict {
			t.Errorf("revoked twice: %v", err)
		}
		if got, err = db.Desk(t.Context()).Token(id); err != nil || got.UsedAt == nil || got.RevokedAt == nil || got.Good(db.Now()) {
			t.Errorf("%+v, %v", got, err)
		}
		for action, want := range map[string]int{"token.add": 2, "token.revoke": 1} {
			rows, err := db.Desk(t.Context()).Audit(store.AuditQuery{Action: action, Limit: 10})
			if err != nil || len(rows) != want || strings.Contains(fmt.Sprintf("%+v", rows), "hash of") {
				t.Errorf("audit of %s: %+v, %v", action, rows, err)
			}
		}
	})
}

// TestOnce: a named write is done once; what fails leaves no name behind.
func TestOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		owner, other := account(t, db, "a@example.org"), account(t, db, "b@example.org")
		once := store.Once{Account: owner, Key: "k", Fingerprint: "f"}
		trouble := errors.New("trouble")
		failing := func(tx *store.Tx) error {
			if _, err := tx.InsertSpeaker(kb.Speaker{Kind: "person", Name: "s", NameKey: "s"}); err != nil {
				return err
			}
			return trouble
		}
		if err := db.Write(store.WithOnce(t.Context(), once), kb.System, failing); !errors.Is(err, trouble) {
			t.Fatalf("what fails: %v", err)
		}
		if _, err := db.Desk(t.Context()).Answered(owner, "k"); kb.KindOf(err) != kb.NotFound || speakers(t, db, "s") != 0 {
			t.Errorf("what fails leaves something: %v", err)
		}
		if err := speak(t, db, once, "s"); err != nil {
			t.Fatal(err)
		}
		if err := speak(t, db, once, "s"); kb.KindOf(err) != kb.Conflict || !errors.Is(err, store.ErrRepeated) || speakers(t, db, "s") != 1 {
			t.Errorf("the second time: %v", err)
		}
		if got, err := db.Desk(t.Context()).Answered(owner, "k"); err != nil || got.Status != 0 || got.Fingerprint != "f" || len(got.Body) != 0 {
			t.Errorf("before it is answered: %+v, %v", got, err)
		}
		once.Account = other
		if err := speak(t, db, once, "s"); err != nil || speakers(t, db, "s") != 2 {
			t.Errorf("the key of another account: %v", err)
		}

		answer := store.Answer{Status: 201, Headers: `{"Etag":["x"]}`, Body: []byte("a\x00b\xff")}
		if err := db.Platform(t.Context(), func(p *store.Platform) error { return p.KeepAnswer(owner, "k", answer) }); err != nil {
			t.Fatal(err)
		}
		got, err := db.Desk(t.Context()).Answered(owner, "k")
		if err != nil || got.Status != 201 || got.Headers != answer.Headers || !bytes.Equal(got.Body, answer.Body) || got.Fingerprint != "f" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := db.Desk(t.Context()).Answered(other, "k"); err != nil || got.Status != 0 {
			t.Errorf("another account's answer: %+v, %v", got, err)
		}
	})
}

// TestDropAnswers: a key is forgotten when its time is over, and then means a
// new request.
func TestDropAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		owner := account(t, db, "a@example.org")
		once := store.Once{Account: owner, Key: "k", Fingerprint: "f"}
		if err := speak(t, db, once, "s"); err != nil {
			t.Fatal(err)
		}
		drop := func(before time.Time) {
			t.Helper()
			if err := db.Platform(t.Context(), func(p *store.Platform) error { return p.DropAnswers(before) }); err != nil {
				t.Fatal(err)
			}
		}
		drop(db.Now().Add(-time.Hour))
		if _, err := db.Desk(t.Context()).Answered(owner, "k"); err != nil {
			t.Errorf("it is forgotten too soon: %v", err)
		}
		drop(db.Now().Add(time.Hour))
		if _, err := db.Desk(t.Context()).Answered(owner, "k"); kb.KindOf(err) != kb.NotFound {
			t.Errorf("it is not forgotten: %v", err)
		}
		if err := speak(t, db, once, "s"); err != nil || speakers(t, db, "s") != 2 {
			t.Errorf("a new request under the key: %v", err)
		}
	})
}

// TestOnceFromTwoProcesses: two processes that share nothing but the database
// carry a request out once.
func TestOnceFromTwoProcesses(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		processes := []*store.DB{storetest.Open(t, address), storetest.Open(t, address)}
		once := store.Once{Account: account(t, processes[0], "a@example.org"), Key: "k", Fingerprint: "f"}
		var all errgroup.Group
		results := make([]error, 16)
		for i := range results {
			all.Go(func() error {
				results[i] = speak(t, processes[i%2], once, "s")
				return nil
			})
		}
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		made := 0
		for _, err := range results {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, store.ErrRepeated):
				t.Errorf("neither made nor refused as repeated: %v", err)
			}
		}
		if made != 1 || speakers(t, processes[0], "s") != 1 {
			t.Errorf("%d said that they made it, %d were made", made, speakers(t, processes[0], "s"))
		}
	})
}

// TestTokensAreNotBackedUp: neither tokens nor the names of requests leave the
// database in a backup.
func TestTokensAreNotBackedUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		owner := account(t, db, "a@example.org")
		token(t, db, owner, "hash-of-a-token")
		if err := speak(t, db, store.Once{Account: owner, Key: "key-of-a-request", Fingerprint: "f"}, "s"); err != nil {
			t.Fatal(err)
		}
		var backup bytes.Buffer
		if _, err := db.Dump(t.Context(), &backup, nil, newBlobs(), nil); err != nil {
			t.Fatal(err)
		}
		for name, content := range parts(t, backup.Bytes()) {
			if strings.Contains(content, "hash-of-a-token") || strings.Contains(content, "key-of-a-request") || strings.Contains(name, "api_token") || strings.Contains(name, "idempotency_key") {
				t.Errorf("%s is in the backup, or has them", name)
			}
		}
	})
}
