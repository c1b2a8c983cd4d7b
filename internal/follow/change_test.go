package follow_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// corrected is a later revision of a claim, published some days after the first.
func corrected(n, number int, class, cause string, days int) record.Digest {
	d := digest(n, number, "false")
	d.Correction = &record.Correction{Class: class, Cause: cause, Note: fmt.Sprintf("%s of %d", class, n)}
	d.PublishedAt = record.Stamp(begun.AddDate(0, 0, days))
	return d
}

var begun = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

func first(n int) record.Digest {
	d := digest(n, 1, "true")
	d.PublishedAt = record.Stamp(begun)
	return d
}

// event appends a document of a kind about a claim.
func event(t *testing.T, db *store.DB, kind, claim string, document any) int64 {
	t.Helper()
	var index int64
	err := db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		body, err := record.Canonical(document)
		if err != nil {
			return err
		}
		index, err = tx.AppendEvent(store.Event{Kind: kind, Claim: kb.ID(claim), Subject: kind, Body: body, Leaf: record.Leaf{V: 1, Kind: kind, Claim: claim}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return index
}

func notes(page follow.ChangePage) []string {
	var list []string
	for _, c := range page.Changes {
		list = append(list, c.Digest.Correction.Note)
	}
	return list
}

// TestChanges: the register has every correction with how long the old text
// stood, the newest first, typos only when asked for; a redaction takes its
// entries out, and the claim with the newest revision.
func TestChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := follow.New(db.Public())
		for n := range 3 {
			publish(t, db, first(n))
		}
		publish(t, db, corrected(0, 2, "typo", "our-error", 1))
		publish(t, db, corrected(1, 2, "correction", "our-error", 3))
		publish(t, db, corrected(2, 2, "update", "new-facts", 4))
		last := publish(t, db, corrected(0, 3, "rating-change", "our-error", 10))
		if err := f.CatchUp(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			query follow.ChangeQuery
			want  []string
		}{
			"all but typos": {follow.ChangeQuery{}, []string{"rating-change of 0", "update of 2", "correction of 1"}},
			"typos":         {follow.ChangeQuery{Class: "typo"}, []string{"typo of 0"}},
			"by cause":      {follow.ChangeQuery{Cause: "new-facts"}, []string{"update of 2"}},
			"by topic":      {follow.ChangeQuery{Topic: "even"}, []string{"rating-change of 0", "update of 2"}},
			"by day":        {follow.ChangeQuery{From: "2026-11-04", To: "2026-11-05"}, []string{"update of 2", "correction of 1"}},
			"nothing":       {follow.ChangeQuery{Class: "retraction"}, nil},
		} {
			tt.query.Limit = 10
			page, err := f.Changes(t.Context(), tt.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, notes(page)); diff != "" || page.Total != len(tt.want) {
				t.Errorf("%s: %d in all, %s", name, page.Total, diff)
			}
		}
		page, err := f.Changes(t.Context(), follow.ChangeQuery{Limit: 2})
		if err != nil || len(page.Changes) != 2 || page.Changes[0].Stood != 9*24*time.Hour || page.Changes[0].Was != "false" || page.Median != 9*24*time.Hour {
			t.Errorf("%v, %+v", err, page)
		}
		if rest, err := f.Changes(t.Context(), follow.ChangeQuery{Limit: 2, After: page.Next}); err != nil || len(rest.Changes) != 1 || rest.Next != "" {
			t.Errorf("the next page: %v, %+v", err, rest)
		}
		if _, err := f.Changes(t.Context(), follow.ChangeQuery{Limit: 2, After: "!"}); kb.KindOf(err) != kb.Malformed {
			t.Errorf("a cursor that is none: %v", err)
		}

		redaction := event(t, db, record.KindRedaction, "claim000", record.Redaction{Claim: "claim000", Revisions: []int{3}})
		if err := f.CatchUp(t.Context(), redaction); err != nil {
			t.Fatal(err)
		}
		if page, err := f.Changes(t.Context(), follow.ChangeQuery{Limit: 10}); err != nil || page.Total != 2 {
			t.Errorf("after the redaction: %v, %d changes", err, page.Total)
		}
		if got, _ := claims(t, f, follow.Query{Limit: 10}); len(got) != 2 {
			t.Errorf("after the redaction the list has %v", got)
		}
	})
}

// TestBanners: the sign stands from one event to the next, for a follower that
// was there and for one that begins anew.
func TestBanners(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := follow.New(db.Public())
		publish(t, db, first(1))
		for i, up := range []bool{true, false, true} {
			at := event(t, db, record.KindBanner, "claim001", record.Banner{Claim: "claim001", Up: up, Reason: fmt.Sprint(i), Salt: fmt.Sprint(i)})
			anew := follow.New(db.Public())
			for _, x := range []*follow.Follower{f, anew} {
				if err := x.CatchUp(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				if b, shown := x.Banner("claim001"); shown != up || (up && b.Reason != fmt.Sprint(i)) || x.UnderReview([]string{"claim001", "claim002"})["claim001"] != up {
					t.Errorf("after event %d: %v %+v", i, shown, b)
				}
			}
		}
	})
}
