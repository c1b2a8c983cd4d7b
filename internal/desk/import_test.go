package desk_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// fromFile is a claim out of a file, with a ruling of somebody else.
func fromFile(n int) desk.ImportedClaim {
	return desk.ImportedClaim{
		Number: n,
		Claim: kb.ClaimInput{Topics: []string{"Health"}, Claim: kb.Claim{
			Text: fmt.Sprintf("Claim %d of the file is true.", n), Language: "en", Kind: "other", Checkability: "checkable", ValidFrom: kb.UnknownDate(), ValidTo: kb.UnknownDate(), PredictionDue: kb.UnknownDate(),
		}},
		Appearance: &desk.AppearanceInput{Speaker: fmt.Sprintf("Speaker %d", n%7), Appearance: kb.Appearance{SpeakerName: fmt.Sprintf("Speaker %d", n%7), Language: "en", Directness: "summary", Translation: "original", SaidOn: kb.StatedDate("2024-06-20")}},
		Records:    []desk.SourceInput{{Source: kb.Source{Title: "A post", URL: fmt.Sprintf("https://social.example/p/%d", n), Kind: "other", Language: "und", PublishedOn: kb.UnknownDate()}}},
		Ruling:     &kb.ImportedRuling{Key: fmt.Sprintf("key-%d", n), URL: fmt.Sprintf("https://checks.example/c/%d", n), Publisher: "Checks", Rating: "False", ReviewedOn: "2025-01-01", Fields: "{}", Format: "csv", Origin: "a.csv"},
	}
}

func states(results []desk.ImportResult) []string {
	var list []string
	for _, r := range results {
		list = append(list, fmt.Sprintf("%d %s", r.Number, r.State))
	}
	return list
}

func (r *room) imported(t *testing.T, trial bool, batch ...desk.ImportedClaim) []string {
	t.Helper()
	results, err := r.desk.Import(t.Context(), r.editor, batch, trial)
	if err != nil {
		t.Fatal(err)
	}
	return states(results)
}

func TestImport(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		long := fromFile(3)
		long.Claim.Text = ""
		alone := fromFile(4)
		alone.Ruling = nil
		ours := fromFile(6)
		ours.Ruling.URL = "https://claims.example/claims/abcdefgh"
		other := fromFile(5)
		other.Claim.Text, other.Ruling.Publisher = fromFile(1).Claim.Text, "Others"
		batch := []desk.ImportedClaim{fromFile(1), fromFile(2), long, alone, other, fromFile(2), ours}
		want := []string{"1 new", "2 new", "2 known", "3 refused", "4 new", "5 attached", "6 known"}
		if diff := cmp.Diff(want, r.imported(t, true, batch...)); diff != "" {
			t.Errorf("a trial: %s", diff)
		}
		if _, err := db.Desk(t.Context()).ClaimWorded(fromFile(1).Claim.Text); kb.KindOf(err) != kb.NotFound {
			t.Errorf("the trial left something: %v", err)
		}
		if diff := cmp.Diff(want, r.imported(t, false, batch...)); diff != "" {
			t.Errorf("in earnest: %s", diff)
		}
		if diff := cmp.Diff([]string{"1 known", "2 known", "2 known", "3 refused", "4 known", "5 known", "6 known"}, r.imported(t, false, batch...)); diff != "" {
			t.Errorf("again: %s", diff)
		}
		c, err := db.Desk(t.Context()).ClaimWorded(fromFile(1).Claim.Text)
		if err != nil || c.State != kb.Parked {
			t.Errorf("the claim is %s, %v", c.State, err)
		}
		rulings, err := db.Desk(t.Context()).ImportedOf(c.ID)
		if err != nil || len(rulings) != 2 || rulings[0].ImportedBy != r.editor.Person {
			t.Errorf("its rulings are %+v, %v", rulings, err)
		}
		if open, err := db.Desk(t.Context()).ClaimWorded(alone.Claim.Text); err != nil || open.State != kb.Open {
			t.Errorf("a claim alone is %s, %v", open.State, err)
		}
	})
}

// TestImportPublishesNothing: an import is no way round the second person. What
// others ruled is no ruling of ours, and whoever imported it worked on the claim.
func TestImportPublishesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		r.imported(t, false, fromFile(1))
		if head, err := db.Public().Head(t.Context()); err != nil || head != -1 {
			t.Errorf("the record has %d events, %v", head+1, err)
		}
		c, err := db.Desk(t.Context()).ClaimWorded(fromFile(1).Claim.Text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.desk.Publish(t.Context(), r.publisher, c.ID); kb.KindOf(err) != kb.Conflict {
			t.Errorf("published: %v", err)
		}
		if err := r.desk.Step(t.Context(), r.editor, c.ID, kb.Reopen, "To be looked at"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.desk.Submit(t.Context(), r.editor, c.ID); kb.KindOf(err) != kb.Invalid {
			t.Errorf("submitted as it came: %v", err)
		}
		people, err := db.Desk(t.Context()).Contributors(c.ID)
		if err != nil || len(people) != 1 || people[0].ID != r.editor.Person {
			t.Errorf("the contributors are %+v, %v", people, err)
		}
		for _, actor := range []kb.Actor{r.reviewer, r.publisher, {}} {
			if _, err := r.desk.Import(t.Context(), actor, []desk.ImportedClaim{fromFile(2)}, false); kb.KindOf(err) != kb.Forbidden && kb.KindOf(err) != kb.Unauthenticated {
				t.Errorf("%s imports: %v", actor.Roles, err)
			}
		}
	})
}

// BenchmarkImport takes batches of 200 claims over, each with speaker, source and
// a ruling of others.
func BenchmarkImport(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkImport(b, storetest.Open(b, address(b))) })
	}
}

func benchmarkImport(b *testing.B, db *store.DB) {
	b.Helper()
	d := desk.New(desk.Options{DB: db, BaseURL: "https://claims.example"})
	ctx := context.Background()
	if _, _, err := d.AddAccount(ctx, kb.System, kb.AccountInput{Name: "A B", Email: "a@example.org", Roles: kb.Roles{kb.Researcher}}); err != nil {
		b.Fatal(err)
	}
	actor, err := d.FindAccount(ctx, "a@example.org")
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		var batch []desk.ImportedClaim
		for range 200 {
			batch = append(batch, fromFile(n))
			n++
		}
		if _, err := d.Import(ctx, actor, batch, false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "claims/s")
}
