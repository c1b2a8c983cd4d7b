package seed_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// published is one revision as it stands in the record.
type published struct {
	record.Document

	content record.Content
	class   string // of the correction
}

// TestShows holds that the demonstration has something to show on every page of
// the record and of the desk.
func TestShows(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	load(t, db)
	claims := revisions(t, db)
	t.Run("corrections", func(t *testing.T) { showsCorrections(t, claims) })
	t.Run("gates", func(t *testing.T) { showsGates(t, claims) })
	t.Run("emergency", func(t *testing.T) { showsEmergency(t, claims) })
	t.Run("disputes", func(t *testing.T) { showsDisputes(t, db, claims) })
	t.Run("tips", func(t *testing.T) { showsTips(t, db) })
	t.Run("banner", func(t *testing.T) { showsBanner(t, db) })
	t.Run("clock", func(t *testing.T) { showsClock(t, db) })
}

// revisions reads every revision of every claim, the first one first.
func revisions(t *testing.T, db *store.DB) map[kb.ID][]published {
	t.Helper()
	r, claims := db.Desk(t.Context()), map[kb.ID][]published{}
	entries, err := db.Public().Entries(t.Context(), -1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind != record.KindRevision {
			continue
		}
		body, err := r.Body(e.Hash)
		if err != nil {
			t.Fatal(err)
		}
		document, content, err := record.ReadDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		p := published{document, content, ""}
		if content.Correction != nil {
			p.class = content.Correction.Class
		}
		claims[kb.ID(e.Claim)] = append(claims[kb.ID(e.Claim)], p)
	}
	return claims
}

// showsCorrections holds that every class occurs, each for a change that has it
// by what differs and not because an editor raised it.
func showsCorrections(t *testing.T, claims map[kb.ID][]published) {
	seen := map[string]int{}
	for _, list := range claims {
		for i := 1; i < len(list); i++ {
			before, after := list[i-1], list[i]
			seen[after.class]++
			if least := record.LeastClass(before.content, after.content, after.content.Correction.Cause); least != after.class {
				t.Errorf("%q is corrected as %s; the change is a %s", after.content.Claim.Text, after.class, least)
			}
		}
	}
	for _, class := range kb.Classes {
		if seen[class.Value] == 0 {
			t.Errorf("no correction is a %s", class.Value)
		}
	}
}

// showsGates holds that every revision names the house's own policy, and that
// exceptions are stated, one of them for a family of claims at odds.
func showsGates(t *testing.T, claims map[kb.ID][]published) {
	excepted := map[string]int{}
	for _, list := range claims {
		for _, p := range list {
			if p.Gates.Policy != kb.PolicyVersion+1 {
				t.Errorf("%q was judged by policy %d", p.content.Claim.Text, p.Gates.Policy)
			}
			for _, g := range p.Gates.Results {
				if g.Outcome == kb.Excepted && g.Reason != "" {
					excepted[g.Key]++
				}
			}
		}
	}
	for _, gate := range []string{"origins", "family", kb.GateSecondPerson} {
		if excepted[gate] == 0 {
			t.Errorf("no ruling passed the gate %q by a stated exception", gate)
		}
	}
}

func showsEmergency(t *testing.T, claims map[kb.ID][]published) {
	var alone []string
	for _, list := range claims {
		for _, p := range list {
			if p.Unreviewed != nil {
				alone = append(alone, p.content.Claim.Text)
			}
		}
	}
	if len(alone) != 1 || !strings.Contains(alone[0], "Invented") {
		t.Errorf("published without a second person: %q; want one claim, an invented one", alone)
	}
}

// showsDisputes holds that disputes were upheld, refused and are examined, and
// that nobody judged an objection to work of his own.
func showsDisputes(t *testing.T, db *store.DB, claims map[kb.ID][]published) {
	outcomes := map[string]int{}
	for id, list := range claims {
		bodies, err := db.Public().EventsAbout(t.Context(), id, record.KindDispute)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range bodies {
			x, err := record.ReadEvent[record.DisputeOutcome](body)
			if err != nil {
				t.Fatal(err)
			}
			outcomes[x.Outcome]++
			last := list[len(list)-1]
			if slices.ContainsFunc(last.People.Authors, func(p record.Person) bool { return p.ID == string(x.By) }) {
				t.Errorf("%s judged the objection to %q and is one of its authors", string(x.By), last.content.Claim.Text)
			}
			if x.Outcome == "upheld" && x.Revision != last.Number {
				t.Errorf("the dispute over %q led to revision %d of %d", last.content.Claim.Text, x.Revision, last.Number)
			}
		}
	}
	waiting, err := db.Desk(t.Context()).Disputes(true, 100)
	if err != nil {
		t.Fatal(err)
	}
	if outcomes["upheld"] == 0 || outcomes["refused"] == 0 || len(waiting) != 1 || waiting[0].State != "examining" {
		t.Errorf("settled %v, waiting %+v; want one upheld, one refused, one that is examined", outcomes, waiting)
	}
}

func showsTips(t *testing.T, db *store.DB) {
	states := map[string]int{}
	for _, waiting := range []bool{true, false} {
		tips, err := db.Desk(t.Context()).Tips(waiting, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tips {
			states[x.State]++
		}
	}
	for _, state := range kb.TipStates[:3] { // none is withdrawn
		if states[state.Value] != 1 {
			t.Errorf("%d tips are %s; want 1", states[state.Value], state.Label)
		}
	}
}

func showsBanner(t *testing.T, db *store.DB) {
	entries, err := db.Public().Entries(t.Context(), -1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	banners := 0
	for _, e := range entries {
		if e.Kind == record.KindBanner {
			banners++
		}
	}
	if banners != 1 {
		t.Errorf("%d banners; want one, which stands", banners)
	}
}

// showsClock holds that a ruling waits to be looked at again, and that a
// publication is planned for a time to come.
func showsClock(t *testing.T, db *store.DB) {
	r := db.Desk(t.Context())
	tasks, err := r.Tasks(true, 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(tasks, func(x store.TaskItem) bool { return x.Kind == "recheck" }) {
		t.Errorf("no task asks for a ruling to be looked at again: %+v", tasks)
	}
	due, err := r.DueSchedules(db.Now(), 100)
	if err != nil || len(due) != 0 {
		t.Errorf("%d publications are due already, %v", len(due), err)
	}
	planned, err := r.DueSchedules(db.Now().Add(30*24*time.Hour), 100)
	if err != nil || len(planned) != 1 {
		t.Errorf("%d publications are planned, %v; want 1", len(planned), err)
	}
}
