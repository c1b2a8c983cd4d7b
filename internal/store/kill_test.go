package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const (
	victimVariable = "CLAIMTRAIL_TEST_VICTIM"
	acknowledged   = 25 // writes before the kill
)

// TestKillDuringWrites kills a process in the middle of its writes: what it had
// acknowledged is there, and nothing is half written.
func TestKillDuringWrites(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
		victim.Env = append(os.Environ(), victimVariable+"="+address)
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		var done []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "done "); ok {
				done = append(done, id)
			}
			if len(done) == acknowledged {
				break
			}
		}
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait() // it was killed
		if len(done) < acknowledged {
			t.Fatalf("the victim acknowledged only %d writes", len(done))
		}
		whole(t, storetest.Open(t, address), done)
	})
}

// whole checks that each acknowledged claim is there, and that every claim that
// is there has its parts, its audit and its revision.
func whole(t *testing.T, db *store.DB, done []string) {
	t.Helper()
	r := db.Desk(t.Context())
	for _, id := range done {
		if _, err := r.Claim(kb.ID(id)); err != nil {
			t.Errorf("claim %s was acknowledged and lost: %v", id, err)
		}
	}
	claims, err := r.Queue(store.QueueQuery{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		parts, err := r.Parts(c.ID)
		if err != nil || len(parts) != 3 {
			t.Errorf("claim %s has %d parts of 3: %v", c.ID, len(parts), err)
		}
		revisions, err := r.Revisions(c.ID)
		if err != nil || len(revisions) != 1 {
			t.Errorf("claim %s has %d revisions of 1: %v", c.ID, len(revisions), err)
		}
	}
	entries, err := db.Public().Entries(t.Context(), -1, 100_000)
	if err != nil || len(entries) != len(claims) {
		t.Errorf("%d events for %d claims: %v", len(entries), len(claims), err)
	}
	err = db.SignTree(t.Context(), func(tree store.Tree) ([]byte, error) {
		if tree.Size != int64(len(entries)) {
			t.Errorf("the tree has %d leaves for %d events", tree.Size, len(entries))
		}
		return nil, nil
	})
	if err != nil {
		t.Errorf("the tree cannot be computed: %v", err)
	}
}

// TestVictim is no test of its own: as the process to be killed it writes until
// that happens, and says what was committed.
func TestVictim(t *testing.T) {
	address := os.Getenv(victimVariable)
	if address == "" {
		return
	}
	db, err := store.Open(context.Background(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var person kb.ID
	write(t, db, func(tx *store.Tx) error {
		var err error
		person, err = tx.InsertPerson(kb.Person{Name: "victim"})
		return err
	})
	actor := kb.Actor{Account: "none", Person: person}
	for {
		var id kb.ID
		err := db.Write(context.Background(), actor, func(tx *store.Tx) error {
			var err error
			if err = tx.LockRecord(); err != nil {
				return err
			}
			if id, err = tx.InsertClaim(kb.Claim{Text: "a claim", Language: "en", Kind: "other", Checkability: "checkable", State: kb.Open}); err != nil {
				return err
			}
			if err := tx.ReplaceParts(id, []string{"one", "two", "three"}); err != nil {
				return err
			}
			return appendRevision(tx, string(id), 1)
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", id)
	}
}

// TestUnavailable: while the database is away every call says so, and when it
// is back everything works again by itself.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	db := storetest.Open(t, address)
	name := strings.TrimPrefix(strings.Split(address, "?")[0], "postgres:///")
	person := func() error {
		return db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
			_, err := tx.InsertPerson(kb.Person{Name: "x"})
			return err
		})
	}
	if err := person(); err != nil {
		t.Fatal(err)
	}
	storetest.Admin(t, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
	storetest.Admin(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
	if err := person(); kb.KindOf(err) != kb.Unavailable {
		t.Errorf("a write without a database: %v", err)
	}
	if _, err := db.Desk(t.Context()).People(); kb.KindOf(err) != kb.Unavailable {
		t.Errorf("a read without a database: %v", err)
	}
	storetest.Admin(t, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true")
	if err := person(); err != nil {
		t.Errorf("after the database came back: %v", err)
	}
	if people, err := db.Desk(t.Context()).People(); err != nil || len(people) != 2 {
		t.Errorf("after the database came back: %v, %v", people, err)
	}
}
