package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// world is a person and one claim with what hangs on it, for tests of rules
// that the database itself holds.
type world struct {
	db                          *store.DB
	actor                       kb.Actor
	claim, other                kb.ID
	appearance, source, foreign kb.ID
	excerpt                     kb.ID
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{db: db}
	write(t, db, func(tx *store.Tx) error {
		person, err := tx.InsertPerson(kb.Person{Name: "A. Editor"})
		w.actor = kb.Actor{Account: "none", Person: person}
		return err
	})
	w.write(t, func(tx *store.Tx) error {
		var err error
		note := func(id kb.ID, e error) kb.ID {
			if err == nil {
				err = e
			}
			return id
		}
		claim := kb.Claim{Text: "a claim", Language: "en", Kind: "other", Checkability: "checkable", State: kb.Researching}
		w.claim = note(tx.InsertClaim(claim))
		w.other = note(tx.InsertClaim(claim))
		speaker := note(tx.InsertSpeaker(kb.Speaker{Kind: "person", Name: "S", NameKey: "s"}))
		w.appearance = note(tx.InsertAppearance(kb.Appearance{
			ClaimID: w.claim, SpeakerID: speaker, SpeakerName: "S", Language: "en", Directness: "direct", Translation: "original", Earliest: true,
		}))
		source := kb.Source{Title: "T", TitleKey: "t", Language: "en", Kind: "other", URL: "https://a.example/", URLKey: "a.example/"}
		w.source = note(tx.InsertSource(source))
		source.URL, source.URLKey = "", ""
		w.foreign = note(tx.InsertSource(source))
		snapshot := note(tx.InsertSnapshot(kb.Snapshot{SourceID: w.source, Text: "x", TextHash: "h", Method: "excerpt-only", Complete: "no", Rights: "quotation"}))
		w.excerpt = note(tx.InsertExcerpt(kb.Excerpt{SourceID: w.source, SnapshotID: snapshot, State: kb.Unverifiable}))
		return err
	})
	return w
}

func (w *world) write(t *testing.T, f func(*store.Tx) error) {
	t.Helper()
	if err := w.db.Write(t.Context(), w.actor, f); err != nil {
		t.Fatal(err)
	}
}

// TestConstraints tries what the program would never do: the database refuses
// it too, with the kind that a person can act on.
func TestConstraints(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		speaker := func(tx *store.Tx) kb.ID { a, _ := tx.Appearance(w.appearance, w.claim); return a.SpeakerID }
		tests := map[string]struct {
			want kb.Kind
			try  func(tx *store.Tx) error
		}{
			"a second earliest appearance": {kb.Conflict, func(tx *store.Tx) error {
				_, err := tx.InsertAppearance(kb.Appearance{ClaimID: w.claim, SpeakerID: speaker(tx), SpeakerName: "S", Language: "en", Directness: "direct", Translation: "original", Earliest: true})
				return err
			}},
			"an excerpt of another source": {kb.Invalid, func(tx *store.Tx) error {
				_, err := tx.InsertEvidence(kb.Evidence{ClaimID: w.claim, SourceID: w.foreign, ExcerptID: w.excerpt, Stance: "supports"})
				return err
			}},
			"a stance that is none": {kb.Invalid, func(tx *store.Tx) error {
				_, err := tx.InsertEvidence(kb.Evidence{ClaimID: w.claim, SourceID: w.source, Stance: "agrees"})
				return err
			}},
			"an appearance of another claim": {kb.Invalid, func(tx *store.Tx) error {
				_, err := tx.InsertAttestation(kb.Attestation{ClaimID: w.other, AppearanceID: w.appearance, SourceID: w.source})
				return err
			}},
			"a relation to itself": {kb.Invalid, func(tx *store.Tx) error {
				_, err := tx.InsertRelation(kb.ClaimRelation{FromID: w.claim, ToID: w.claim, Type: "narrows", Rationale: "x"}, w.claim)
				return err
			}},
			"two works at one address": {kb.Conflict, func(tx *store.Tx) error {
				_, err := tx.InsertSource(kb.Source{Title: "U", TitleKey: "u", Language: "en", Kind: "other", URL: "http://a.example", URLKey: "a.example/"})
				return err
			}},
			"an approval by a contributor": {kb.Conflict, func(tx *store.Tx) error {
				if err := tx.Contributed(w.claim); err != nil {
					return err
				}
				candidate, err := tx.InsertCandidate(kb.Candidate{ClaimID: w.claim, ContentHash: "c", Number: 1}, []byte("c"))
				if err != nil {
					return err
				}
				_, err = tx.InsertApproval(kb.Approval{ClaimID: w.claim, CandidateID: candidate, ContentHash: "c", Decision: kb.Approved})
				return err
			}},
			"two open candidates": {kb.Conflict, func(tx *store.Tx) error {
				for _, hash := range []string{"one", "two"} {
					if _, err := tx.InsertCandidate(kb.Candidate{ClaimID: w.claim, ContentHash: hash, Number: 1}, []byte(hash)); err != nil {
						return err
					}
				}
				return nil
			}},
			"a source that is not there": {kb.Invalid, func(tx *store.Tx) error {
				_, err := tx.InsertEvidence(kb.Evidence{ClaimID: w.claim, SourceID: "00000000", Stance: "supports"})
				return err
			}},
			"a rating on a frozen scale": {kb.Conflict, func(tx *store.Tx) error {
				id, err := tx.InsertScale(kb.RatingScale{Key: "k", Number: 1, Name: "K"}, []kb.Rating{{Key: "true", Ordinal: 1, Tone: "good", Shape: "full"}})
				if err != nil {
					return err
				}
				scale, err := tx.Scale(id)
				if err != nil {
					return err
				}
				if err := tx.FreezeScale(scale); err != nil {
					return err
				}
				return tx.InsertRating(id, kb.Rating{Key: "false", Ordinal: 2, Tone: "bad", Shape: "empty"})
			}},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				err := db.Write(t.Context(), w.actor, tt.try)
				if kb.KindOf(err) != tt.want {
					t.Errorf("got %v (kind %d), want kind %d", err, kb.KindOf(err), tt.want)
				}
			})
		}
	})
}

func TestOwnerCycle(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var chain [3]kb.ID
		write(t, db, func(tx *store.Tx) error {
			owner := kb.ID("")
			for i := range chain {
				var err error
				if chain[i], err = tx.InsertPublisher(kb.Publisher{Name: "P", NameKey: fmt.Sprintf("p %d", i), Kind: "other", OwnerID: owner}); err != nil {
					return err
				}
				owner = chain[i]
			}
			return nil
		})
		err := db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
			top, err := tx.Publisher(chain[0])
			if err != nil {
				return err
			}
			top.OwnerID = chain[2]
			return tx.UpdatePublisher(top)
		})
		if kb.KindOf(err) != kb.Conflict {
			t.Errorf("an owner cycle: got %v", err)
		}
	})
}

// TestRollback: what fails half-way leaves nothing, not even an audit entry.
func TestRollback(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trouble := kb.Errorf(kb.Conflict, "half-way")
		err := db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
			if _, err := tx.InsertPerson(kb.Person{Name: "half"}); err != nil {
				return err
			}
			return trouble
		})
		if kb.KindOf(err) != kb.Conflict {
			t.Errorf("got %v", err)
		}
		people, _ := db.Desk(t.Context()).People()
		audit, _ := db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 10})
		if len(people) != 0 || len(audit) != 0 {
			t.Errorf("left behind: %v, %v", people, audit)
		}
	})
}

func TestOptimisticLocking(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		read, err := db.Desk(t.Context()).Claim(w.claim)
		if err != nil {
			t.Fatal(err)
		}
		first, second := read, read
		first.Text, second.Text = "first", "second"
		w.write(t, func(tx *store.Tx) error { return tx.UpdateClaim("claim.change", first) })
		err = db.Write(t.Context(), w.actor, func(tx *store.Tx) error { return tx.UpdateClaim("claim.change", second) })
		if kb.KindOf(err) != kb.Conflict {
			t.Errorf("the second save: %v", err)
		}
		if now, _ := db.Desk(t.Context()).Claim(w.claim); now.Text != "first" || now.Version != read.Version+1 {
			t.Errorf("after both: %q, version %d", now.Text, now.Version)
		}
	})
}

// TestQueuePaging walks the queue page by page: everything once, nothing twice.
func TestQueuePaging(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.write(t, func(tx *store.Tx) error { // one transaction: all share one time
			for range 23 {
				if _, err := tx.InsertClaim(kb.Claim{Text: "c", Language: "en", Kind: "other", Checkability: "checkable", State: kb.Open}); err != nil {
					return err
				}
			}
			return nil
		})
		seen := map[kb.ID]bool{}
		q := store.QueueQuery{Limit: 5}
		for {
			rows, err := db.Desk(t.Context()).Queue(q)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				if seen[r.ID] {
					t.Errorf("%s came twice", r.ID)
				}
				seen[r.ID] = true
			}
			q.After = store.Cursor{At: rows[len(rows)-1].UpdatedAt, ID: rows[len(rows)-1].ID}
		}
		if len(seen) != 25 {
			t.Errorf("%d of 25 claims came", len(seen))
		}
	})
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fail := func(window time.Duration) (n int) {
			err := db.Platform(t.Context(), func(p *store.Platform) error {
				var err error
				n, _, err = p.AddFailure("k", window)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if a, b := fail(time.Hour), fail(time.Hour); a != 1 || b != 2 {
			t.Errorf("counts %d, %d; want 1, 2", a, b)
		}
		if n, _, err := db.Desk(t.Context()).Failures("k", time.Now().Add(2*time.Hour)); n != 0 || err != nil {
			t.Errorf("after the window: %d, %v", n, err)
		}
		if err := db.Platform(t.Context(), func(p *store.Platform) error { return p.ClearFailures("k") }); err != nil {
			t.Fatal(err)
		}
		if n := fail(time.Hour); n != 1 {
			t.Errorf("after clearing: %d", n)
		}
	})
}
