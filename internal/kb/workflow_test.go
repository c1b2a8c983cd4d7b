package kb_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// workflow is the table of the design, written out once more. What is not in it
// must be refused. What is under review falls with an edit, as what is approved
// does: nobody may decide on a content that is changing.
var workflow = map[kb.State]map[kb.Step]kb.State{
	kb.Suggested:   {kb.Accept: kb.Open, kb.Decline: kb.Declined, kb.Merge: kb.Merged},
	kb.Open:        {kb.Assign: kb.Researching, kb.Park: kb.Parked, kb.Merge: kb.Merged},
	kb.Researching: {kb.Submit: kb.InReview, kb.GiveUp: kb.Published, kb.Park: kb.Parked, kb.Merge: kb.Merged},
	kb.InReview:    {kb.Withdraw: kb.Researching, kb.Edit: kb.Researching, kb.Approve: kb.ApprovedS, kb.Return: kb.Researching, kb.Expedite: kb.Published, kb.Park: kb.Parked, kb.Merge: kb.Merged},
	kb.ApprovedS:   {kb.Publish: kb.Published, kb.Schedule: kb.Scheduled, kb.Withdraw: kb.Researching, kb.Edit: kb.Researching, kb.Merge: kb.Merged},
	kb.Scheduled:   {kb.Edit: kb.Researching, kb.Publish: kb.Published, kb.Schedule: kb.Scheduled, kb.Cancel: kb.Researching, kb.Fail: kb.ApprovedS},
	kb.Published:   {kb.Revise: kb.Researching, kb.Retract: kb.InReview, kb.Absorb: kb.InReview},
	kb.Declined:    {kb.Reopen: kb.Open, kb.Merge: kb.Merged},
	kb.Parked:      {kb.Reopen: kb.Researching, kb.Merge: kb.Merged},
	kb.Merged:      {},
}

var steps = []kb.Step{
	kb.Accept, kb.Decline, kb.Reopen, kb.Assign, kb.Submit, kb.Return, kb.Approve,
	kb.Withdraw, kb.Edit, kb.Publish, kb.Revise, kb.Park, kb.Merge,
	kb.Schedule, kb.Cancel, kb.Fail, kb.Expedite, kb.GiveUp, kb.Retract, kb.Absorb,
}

func TestNext(t *testing.T) {
	t.Parallel()
	for _, o := range kb.States {
		for _, step := range append([]kb.Step{"", "delete"}, steps...) {
			from := kb.State(o.Value)
			t.Run(o.Value+" "+string(step), func(t *testing.T) {
				t.Parallel()
				got, err := kb.Next(from, step)
				want, permitted := workflow[from][step]
				if refused := kb.KindOf(err) == kb.Conflict; got != want || refused == permitted {
					t.Errorf("got %q and %v, want %q, permitted: %v", got, err, want, permitted)
				}
			})
		}
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	withReason := []kb.Step{kb.Decline, kb.Return, kb.Park, kb.Expedite, kb.GiveUp, kb.Retract, kb.Absorb}
	for _, edge := range kb.Edges {
		if !slices.Contains(steps, edge.Step) {
			t.Errorf("%s is not in the table of this test", edge.Step)
		}
		if len(edge.Roles) == 0 || len(edge.From) == 0 {
			t.Errorf("nobody may %s, or from nowhere", edge.Step)
		}
		if slices.Contains(edge.Roles, kb.Admin) || slices.Contains(edge.Roles, kb.Auditor) {
			t.Errorf("%s: an admin or auditor has no editorial right", edge.Step)
		}
		if slices.Contains(withReason, edge.Step) && !edge.NeedsReason {
			t.Errorf("%s needs a reason", edge.Step)
		}
	}
}

func TestEditable(t *testing.T) {
	t.Parallel()
	atOnce := []kb.State{kb.Suggested, kb.Open, kb.Researching}
	for _, o := range kb.States {
		state := kb.State(o.Value)
		_, err := kb.Next(state, kb.Edit)
		if want := err == nil || slices.Contains(atOnce, state); state.Editable() != want {
			t.Errorf("%s: got %v, want %v", state, state.Editable(), want)
		}
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]kb.ID{"e4k2m9x0": "e4k2m9x0", " E4K2M9X0\n": "e4k2m9x0", "eiIlLoO0": "e1111000"} {
		if got, err := kb.ParseID(typed); err != nil || got != want {
			t.Errorf("%q: got %q and %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", " ", "e4k2m9x", "e4k2m9x00", "e4k2m9xu", "e4k2-m9x", "e4k2 m9x", "e4k2m9x\x00", "e4k2m9é", "../../..", "e4k2m9x\xff"} {
		if got, err := kb.ParseID(typed); kb.KindOf(err) != kb.NotFound || got != "" {
			t.Errorf("%q: got %q and %v, want that nothing is there", typed, got, err)
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{8}$`)
	seen := map[kb.ID]bool{}
	for range 1000 {
		id := kb.NewID()
		if again, err := kb.ParseID(string(id)); !shape.MatchString(string(id)) || err != nil || again != id {
			t.Fatalf("%q is no id: %q, %v", id, again, err)
		}
		seen[id] = true
	}
	if len(seen) < 999 {
		t.Errorf("of 1000 ids %d differ", len(seen))
	}
}

func TestParseRoles(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]kb.Roles{
		"": nil, " , ": nil, "researcher, reviewer": {kb.Researcher, kb.Reviewer}, "admin admin,auditor": {kb.Admin, kb.Auditor},
	} {
		got, err := kb.ParseRoles(typed)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", typed, err, diff)
		}
	}
	for _, typed := range []string{"root", "admin root", "Admin", "admin;auditor", "researcher\x00"} {
		if got, err := kb.ParseRoles(typed); kb.KindOf(err) != kb.Invalid || got != nil {
			t.Errorf("%q: got %v and %v, want an invalid field", typed, got, err)
		}
	}
	if has := (kb.Roles{kb.Admin}); has.Has(kb.Researcher, kb.Reviewer) || !has.Has(kb.Reviewer, kb.Admin) || has.Has() {
		t.Error("a set of roles does not know what it has")
	}
}

func TestRelations(t *testing.T) {
	t.Parallel()
	symmetric := []string{"restates", "contradicts", "in-tension-with"}
	for _, o := range kb.RelationTypes {
		forth, back := kb.RelationWords(o.Value, false), kb.RelationWords(o.Value, true)
		r := kb.ClaimRelation{FromID: "zzzzzzzz", ToID: "00000000", Type: o.Value, Rationale: "Both are about the treaty."}
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", o.Value, err)
		}
		isSymmetric := slices.Contains(symmetric, o.Value)
		if r.Symmetric() != isSymmetric || (forth == back) != isSymmetric || (r.FromID == "00000000") != isSymmetric {
			t.Errorf("%s: %q and %q, stored from %s to %s", o.Value, forth, back, r.FromID, r.ToID)
		}
	}
	itself := kb.ClaimRelation{FromID: "zzzzzzzz", ToID: "zzzzzzzz", Type: "narrows", Rationale: "It does."}
	if diff := cmp.Diff([]string{"to"}, fields(t, itself.Validate())); diff != "" {
		t.Error(diff)
	}
}

func TestRatingsAsText(t *testing.T) {
	t.Parallel()
	rating := func(place int, key, tone, shape, word, definition string) kb.Rating {
		return kb.Rating{Ordinal: place, Key: key, Tone: tone, Shape: shape, Texts: kb.RatingTexts{"en": {Label: word, Definition: definition}}}
	}
	ratings := []kb.Rating{
		rating(1, "false", "bad", "cross", "False", "It is not so; see a | b."),
		rating(20, "mostly-true", "good", "three-quarters", "Mostly <true>", "Almost “so”."),
		rating(0, "unproven", "plain", "question", "Unproven", "Nobody knows."),
	}
	text := kb.FormatRatings(ratings)
	for _, typed := range []string{text, "\n" + text + " \n", strings.ReplaceAll(text, "\n", "\r\n")} {
		got, err := kb.ParseRatings(typed)
		if diff := cmp.Diff(ratings, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", typed, err, diff)
		}
	}
	in := kb.ScaleInput{RatingScale: kb.RatingScale{Key: "truth-scale", Name: "Truth"}, Ratings: ratings}
	if err := in.Validate(); err != nil {
		t.Error(err)
	}
	for _, typed := range []string{"1 | false | bad | cross | False", "x | false | bad | cross | False | No.", "-1 | a | b | c | d | e", "21 | a | b | c | d | e", "| a | b | c | d | e"} {
		if got, err := kb.ParseRatings(typed); kb.KindOf(err) != kb.Invalid {
			t.Errorf("%q was read as %+v, %v", typed, got, err)
		}
	}
}

func TestCitations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reasoning string
		want            []kb.ID
		uncited         int
	}{
		{"nothing", "", nil, 0},
		{"one", "So it is [@eaaaaaaaa].", []kb.ID{"aaaaaaaa"}, 0},
		{"in order, each once", "B [@ebbbbbbbb], a [@eaaaaaaaa].\n\nB again [@ebbbbbbbb].", []kb.ID{"bbbbbbbb", "aaaaaaaa"}, 0},
		{"side by side", "[@eaaaaaaaa][@ebbbbbbbb]", []kb.ID{"aaaaaaaa", "bbbbbbbb"}, 0},
		{"one of three cites", "One.\n\nTwo [@eaaaaaaaa].\n\n\n\nThree.", []kb.ID{"aaaaaaaa"}, 2},
		{"lines of a form", "One.\r\n\r\nTwo [@eaaaaaaaa].", []kb.ID{"aaaaaaaa"}, 1},
		{"a line break is no paragraph", "One\nand so [@eaaaaaaaa].", []kb.ID{"aaaaaaaa"}, 0},
		{"headings need none", "## What was said\n\nThis [@eaaaaaaaa].", []kb.ID{"aaaaaaaa"}, 0},
		{"no citations", "[@e], [@eaaaa], [@eaaaaaaaaa], [@eAAAAAAAA], @eaaaaaaaa, [eaaaaaaaa], [@aaaaaaaa]", nil, 1},
		{"as the program writes it", kb.Citation("e4k2m9x0"), []kb.ID{"e4k2m9x0"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, kb.Citations(tt.reasoning)); diff != "" {
				t.Errorf("citations (-want +got):\n%s", diff)
			}
			if got := kb.UncitedParagraphs(tt.reasoning); got != tt.uncited {
				t.Errorf("uncited: got %d, want %d", got, tt.uncited)
			}
		})
	}
}

func TestEvaluateGates(t *testing.T) {
	t.Parallel()
	type facts = kb.GateFacts
	failures := map[string][]func(*facts){
		"summary-and-reasoning": {func(f *facts) { f.SummaryMissing = true }, func(f *facts) { f.ReasoningMissing = true }},
		"appearance":            {func(f *facts) { f.Appearances = 0 }},
		"evidence":              {func(f *facts) { f.BearingEvidence = 0 }},
		"quotations":            {func(f *facts) { f.UnheldQuotations = 1 }, func(f *facts) { f.UnheldQuotations = 2 }},
		"rights":                {func(f *facts) { f.WithheldQuotations = 1 }},
		"captures":              {func(f *facts) { f.UncapturedSources = 1 }},
		"origins":               {func(f *facts) { f.EstablishedLow = kb.EstablishedOrigins - 1 }, func(f *facts) { f.EstablishedLow = 0 }},
		"suggestions":           {func(f *facts) { f.OpenSuggestions = 1 }, func(f *facts) { f.OpenSuggestions = 2 }},
		"circles":               {func(f *facts) { f.CirclesRelied = []string{"“A”", "“B”"} }},
		"own-rulings":           {func(f *facts) { f.OwnRulings = []string{"“Ours”"} }},
		"interest":              {func(f *facts) { f.UnstatedInterests = []string{"TASS", "RT"} }},
		"private-speakers":      {func(f *facts) { f.PrivateSpeakers = []string{"a neighbour"} }},
		"citations":             {func(f *facts) { f.UncitedParagraphs = 3 }},
		"reply":                 {func(f *facts) { f.ReplySettled = false }},
		"correction":            {func(f *facts) { f.Revision, f.CauseAndNoteGiven = 2, false }},
		"family":                {func(f *facts) { f.Inconsistencies = []string{"“A” says the same and is rated “False”"} }},
		"second-person":         {func(f *facts) { f.Review = kb.Unreviewed }},
	}
	reasons := map[string]string{}
	for _, g := range kb.Gates {
		reasons[g.Key] = "Stated in public."
	}
	for _, g := range kb.Gates {
		t.Run(g.Key, func(t *testing.T) {
			t.Parallel()
			if len(failures[g.Key]) == 0 {
				t.Fatal("this gate is not in the table")
			}
			want := kb.Failed
			if !g.Fixed || g.Key == kb.GateSecondPerson {
				want = kb.Excepted
			}
			for _, spoil := range failures[g.Key] {
				f := passing()
				spoil(&f)
				if diff := cmp.Diff(map[string]string{g.Key: kb.Failed}, unpassed(kb.EvaluateGates(kb.DefaultPolicy(), f, nil))); diff != "" {
					t.Errorf("without a reason (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]string{g.Key: want}, unpassed(kb.EvaluateGates(kb.DefaultPolicy(), f, reasons))); diff != "" {
					t.Errorf("with a reason (-want +got):\n%s", diff)
				}
			}
			if err := (&kb.GateException{Gate: g.Key, Reason: "Nobody else was there."}).Validate(); (err == nil) == g.Fixed {
				t.Errorf("an exception: %v, fixed: %v", err, g.Fixed)
			}
		})
	}
}

func TestGatesThatPass(t *testing.T) {
	t.Parallel()
	primary, notRated, revised := passing(), passing(), passing()
	primary.EstablishedLow, primary.PrimaryRelied = 0, true
	notRated.Rated, notRated.BearingEvidence, notRated.EstablishedLow = false, 0, 0
	revised.Revision, revised.CauseAndNoteGiven = 2, true
	for _, f := range []kb.GateFacts{passing(), primary, notRated, revised} {
		results := kb.EvaluateGates(kb.DefaultPolicy(), f, map[string]string{"origins": "A reason that nobody needs."})
		if len(unpassed(results)) > 0 || len(kb.FailedGates(results)) > 0 || len(results) != len(kb.Gates) {
			t.Errorf("%+v: got %+v", f, results)
		}
	}
}

func passing() kb.GateFacts {
	return kb.GateFacts{Rated: true, Appearances: 1, BearingEvidence: 1, OriginsNeeded: kb.EstablishedOrigins, EstablishedLow: kb.EstablishedOrigins, ReplySettled: true, Revision: 1, Review: kb.Reviewed}
}

func unpassed(results []kb.GateResult) map[string]string {
	outcomes := map[string]string{}
	for _, r := range results {
		if r.Outcome != kb.Passed {
			outcomes[r.Key] = r.Outcome
		}
		if said := r.Detail != ""; said != (r.Outcome != kb.Passed) || (r.Reason != "") != (r.Outcome == kb.Excepted) {
			outcomes[r.Key] += ", without the words that go with it"
		}
	}
	return outcomes
}
