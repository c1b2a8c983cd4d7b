package follow_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// redact takes a claim's first revision away.
func redact(t *testing.T, db *store.DB, claim string) int64 {
	t.Helper()
	var index int64
	err := db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		body, err := record.Canonical(record.Redaction{Claim: claim, Revisions: []int{1}})
		if err != nil {
			return err
		}
		if index, err = tx.AppendEvent(store.Event{Kind: record.KindRedaction, Claim: kb.ID(claim), Subject: claim, Body: body, Leaf: record.Leaf{V: 1, Kind: record.KindRedaction, Claim: claim}}); err != nil {
			return err
		}
		return tx.Redact(index, nil, kb.ID(claim), []int{1})
	})
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// TestForgets: after a redaction no word of what was redacted is taken for a typed
// one, and names are spelled as what is left spells them; nothing else is lost.
func TestForgets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		kept, secret := digest(1, 1, "false"), digest(2, 1, "false")
		kept.Text, secret.Text = "The xylophonist went home", "Two xylophonists went home"
		secret.Speakers[0].Name = "A Secret Speaker"
		publish(t, db, kept)
		last := publish(t, db, secret)
		f := follow.New(db.Public())
		if err := f.CatchUp(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		taken := func() string {
			list, page := claims(t, f, follow.Query{Wanted: search.Parse("xylophonizts"), Limit: 5})
			if len(page.Corrected) != 1 || len(list) == 0 {
				t.Fatalf("%v, corrected %v", list, page.Corrected)
			}
			return page.Corrected[0].Taken
		}
		name := func() string {
			n, _, err := f.Name(t.Context(), follow.Subject{Kind: follow.Speaker, ID: "speaker1"})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if got := []string{taken(), name()}; got[0] != "xylophonists" || got[1] != "A Secret Speaker" {
			t.Fatalf("before: %q", got)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			f.Run(ctx, time.Millisecond, nil, func(err error) { t.Error(err) })
		}()
		defer func() { stop(); <-done }()
		index := redact(t, db, secret.Claim)
		for deadline := time.Now().Add(time.Minute); f.Index() < index || taken() != "xylophonist" || name() != "A Speaker"; {
			if time.Now().After(deadline) {
				t.Fatalf("a minute after the redaction: %q, %q", taken(), name())
			}
		}
		if list, _ := claims(t, f, follow.Query{Limit: 5}); !cmp.Equal(list, []string{kept.Text}) {
			t.Errorf("the list has %v", list)
		}
		if at := f.Changed([]string{kept.Claim}); at <= index || at != f.Stamp() {
			t.Errorf("what was made before the names changed may be kept: %d, %d", at, f.Stamp())
		}
		added := digest(3, 1, "false")
		added.Text = "Xylophonists everywhere"
		if err := f.CatchUp(t.Context(), publish(t, db, added)); err != nil {
			t.Fatal(err)
		}
		if list, _ := claims(t, f, follow.Query{Wanted: search.Parse("xylophonists"), Limit: 5}); len(list) != 2 {
			t.Errorf("what is published later: %v", list)
		}
	})
}
