package desk_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// quoted is a published claim that quotes a page, and what was published of it.
type quoted struct {
	file

	quotation kb.ID
	revision  store.Revision
	body      []byte
}

const (
	livePage = "It is rock, he said.\nThe moon is made of rock, and of nothing else, he said to the reporters who stood around him.\nThen he went home.\n"
	liveWord = "The moon is made of rock, and of nothing else"
)

// publishedQuoting publishes a claim that quotes a captured page exactly.
func (p *press) publishedQuoting(t *testing.T) quoted {
	t.Helper()
	ctx := t.Context()
	q := quoted{file: p.ready(t)}
	p.live.shows(livePage)
	in := quoteOf(p.capture(t, q.source).SnapshotID, liveWord)
	in.ClaimID, in.Stance, in.Replaces = q.claim, "supports", q.excerpt
	q.quotation = p.excerpt(t, in).ID
	p.publish(t, q.claim)
	q.revision = must(p.db.Public().Revisions(ctx, q.claim))(t)[0]
	q.body = must(p.db.Public().Document(ctx, q.revision.Hash))(t)
	return q
}

// publish takes a claim that is ready through review into the record.
func (p *press) publish(t *testing.T, claim kb.ID) desk.Publication {
	t.Helper()
	hash := must(p.desk.Submit(t.Context(), p.editor, claim))(t)
	ok(t, p.desk.Approve(t.Context(), p.reviewer, claim, hash, ""))
	return must(p.desk.Publish(t.Context(), p.publisher, claim))(t)
}

// recapture looks at the page again a day later, when it is the text.
func (p *press) recapture(t *testing.T, source kb.ID, text string) {
	t.Helper()
	p.clock.pass(24 * time.Hour)
	p.live.shows(text)
	p.capture(t, source)
}

// logged lists the events of a kind, and checks that the whole log is signed.
func (p *press) logged(t *testing.T, kind string) []store.Entry {
	t.Helper()
	entries := must(p.db.Public().Entries(t.Context(), -1, 1000))(t)
	note := must(p.db.Public().Checkpoint(t.Context()))(t)
	if c := must(p.signer.Open(note))(t); c.Size != int64(len(entries)) || string(note) != string(p.memory.b) {
		t.Errorf("signed up to %d of %d events", c.Size, len(entries))
	}
	return slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Kind != kind })
}

// untouched checks that nothing of what was published has changed.
func (p *press) untouched(t *testing.T, q quoted) {
	t.Helper()
	revisions := must(p.db.Public().Revisions(t.Context(), q.claim))(t)
	if len(revisions) != 1 || revisions[0].Hash != q.revision.Hash {
		t.Errorf("revisions: %+v", revisions)
	}
	if body := must(p.db.Public().Document(t.Context(), q.revision.Hash))(t); !bytes.Equal(body, q.body) {
		t.Error("the published bytes have changed")
	}
	if s := p.state(t, q.claim); s != kb.Published {
		t.Errorf("the claim is %s", s)
	}
}

// TestDrift: after publication each look at the page is told in the record, and
// what an editor should see becomes a task, once.
func TestDrift(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page, again string // two different pages of the same outcome
		outcome     string
		task, found string // none: nobody needs to look
	}{
		"still there": {
			page: strings.Replace(livePage, "Then he went home", "Then he left", 1), again: strings.Replace(livePage, "Then he went home", "Then he stayed", 1), outcome: "same",
		},
		"moved": {page: "A notice.\n" + livePage, again: "Another notice.\n" + livePage, outcome: "moved"},
		"changed": {
			page: strings.Replace(livePage, "of rock,", "of basalt,", 1), again: strings.Replace(livePage, "of rock,", "of granite,", 1), outcome: "changed",
			task: "read otherwise", found: "The moon is made of basalt, and of nothing else",
		},
		"gone": {page: "This page was taken down.", again: "This page is not here.", outcome: "gone", task: "not on the live page any more"},
		"more than once": {
			page:    "A notice.\n" + liveWord + ", says one.\n" + liveWord + ", says another.\n",
			again:   "Another notice.\n" + liveWord + ", says one.\n" + liveWord + ", says another.\n",
			outcome: "ambiguous", task: "more than once",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				q := p.publishedQuoting(t)
				draft := p.researching(t, q.quotation)
				before := len(p.logged(t, record.KindQuotationCheck))
				p.recapture(t, q.source, tt.page)

				check := must(p.reads(t).Checks([]kb.ID{q.quotation}))(t)[q.quotation]
				if check.Outcome != tt.outcome || check.Found != tt.found || check.SnapshotID != p.copies(t, q.source)[0].ID || !check.CheckedAt.Equal(p.clock.now()) {
					t.Errorf("the check: %+v", check)
				}
				events := p.logged(t, record.KindQuotationCheck)[before:]
				if len(events) != 1 || events[0].Claim != string(q.claim) || events[0].Subject != string(q.source) {
					t.Fatalf("events: %+v", events)
				}
				told := must(record.ReadQuotationCheck(must(p.db.Public().Document(t.Context(), events[0].Hash))(t)))(t)
				if told.Claim != string(q.claim) || told.Source != string(q.source) || told.URL != "https://paper.example/moon" || told.At != record.Stamp(p.clock.now()) ||
					!slices.Equal(told.Results, []record.CheckResult{{Excerpt: string(q.quotation), Outcome: tt.outcome}}) {
					t.Errorf("readers are told %+v", told)
				}
				p.untouched(t, q)
				p.drifted(t, q, draft, tt.task)

				p.recapture(t, q.source, tt.again)
				p.drifted(t, q, draft, tt.task)
				if n := len(p.logged(t, record.KindQuotationCheck)) - before; n != 2 {
					t.Errorf("%d events after two looks", n)
				}
				p.untouched(t, q)
			})
		})
	}
}

// TestDriftOfAPassage: words that were copied by hand never had a place on the
// live page that they could have moved from; they can change and go all the same.
func TestDriftOfAPassage(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		for _, look := range []struct{ page, outcome string }{
			{"It is rock, he said.", "same"},
			{"A menu.\nIt is rock, he said.", "same"},
			{"A menu.\nIt is rock, he said. It is rock, he said.", "same"},
			{"A menu.\nIt is sock, he said.", "changed"},
			{"This page was taken down.", "gone"},
		} {
			p.recapture(t, f.source, look.page)
			if c := must(p.reads(t).Checks([]kb.ID{f.excerpt}))(t)[f.excerpt]; c.Outcome != look.outcome {
				t.Errorf("%.40q: %s, want %s", look.page, c.Outcome, look.outcome)
			}
		}
	})
}

// researching gives another claim, which quotes the same and is not published.
func (p *press) researching(t *testing.T, excerpt kb.ID) kb.ID {
	t.Helper()
	id := must(p.desk.LogClaim(t.Context(), p.editor, desk.NewClaim{
		Claim: kb.ClaimInput{Claim: kb.Claim{Text: "A claim in research.", Language: "en", Kind: "other", Checkability: "checkable"}},
	}))(t)
	must(p.desk.AddEvidence(t.Context(), p.editor, desk.EvidenceInput{Evidence: kb.Evidence{ClaimID: id, ExcerptID: excerpt, Stance: "context"}}))(t)
	return id
}

// drifted checks that both claims have one task whose words say so, or none.
func (p *press) drifted(t *testing.T, q quoted, draft kb.ID, words string) {
	t.Helper()
	var about []kb.ID
	for _, task := range p.openTasks(t) {
		if task.Kind != "drift" || task.ExcerptID != q.quotation || task.SourceID != q.source || !strings.Contains(task.Words, words) {
			t.Errorf("the task %+v", task)
		}
		about = append(about, task.ClaimID)
	}
	var want []kb.ID
	if words != "" {
		want = []kb.ID{q.claim, draft}
	}
	slices.Sort(about)
	slices.Sort(want)
	if !slices.Equal(about, want) {
		t.Errorf("tasks for %v, want %v", about, want)
	}
}

// TestReplacedIsNotTold: readers hear of the quotations that are published, and
// of no others.
func TestReplacedIsNotTold(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		q := p.publishedQuoting(t)
		ok(t, p.desk.Revise(t.Context(), p.editor, q.claim))
		in := quoteOf(p.copies(t, q.source)[0].ID, "Then he went home")
		in.ClaimID, in.Stance = q.claim, "context"
		fresh := p.excerpt(t, in).ID
		p.recapture(t, q.source, livePage)
		checks := must(p.db.Public().QuotationChecks(t.Context(), q.claim))(t)
		if len(checks) != 1 || len(checks[0].Results) != 1 || checks[0].Results[0].Excerpt != string(q.quotation) {
			t.Errorf("readers are told %+v", checks)
		}
		if all := must(p.reads(t).Checks([]kb.ID{q.quotation, fresh}))(t); len(all) != 2 {
			t.Errorf("the desk knows of %+v", all)
		}
	})
}

// TestUnreachableIsTold: that a page could not be reached is no word about the
// quotation, and readers are told just that.
func TestUnreachableIsTold(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		q := p.publishedQuoting(t)
		for _, failure := range []string{"unreachable", "gone"} {
			p.live.fails(failure, false)
			p.capture(t, q.source)
			checks := must(p.db.Public().QuotationChecks(t.Context(), q.claim))(t)
			if len(checks) != 1 || len(checks[0].Results) != 1 || checks[0].Results[0].Outcome != failure {
				t.Errorf("readers are told %+v", checks)
			}
		}
		p.untouched(t, q)
	})
}

// TestNewestCheckOfEachPage: of each page that a claim quotes readers see the
// newest look, whichever was looked at last.
func TestNewestCheckOfEachPage(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		q := p.publishedQuoting(t)
		second := p.page(t, "Second page")
		p.live.shows("It is rock indeed, says another.")
		in := quoteOf(p.capture(t, second).SnapshotID, "rock indeed")
		ok(t, p.desk.Revise(ctx, p.editor, q.claim))
		in.ClaimID, in.Stance = q.claim, "supports"
		other := p.excerpt(t, in).ID
		draft := must(p.desk.Draft(ctx, q.claim))(t)
		draft.Cause, draft.Class, draft.PublicNote = "new-facts", "update", "There is another source."
		ok(t, p.desk.SaveDraft(ctx, p.editor, draft))
		p.publish(t, q.claim)

		p.recapture(t, q.source, "Nothing of the kind.")
		p.recapture(t, second, "It is rock indeed, says another. And more.")
		p.recapture(t, second, "More. It is rock indeed, says another.")
		p.recapture(t, q.source, livePage)
		got := map[string]string{}
		checks := must(p.db.Public().QuotationChecks(ctx, q.claim))(t)
		for _, c := range checks {
			for _, r := range c.Results {
				got[r.Excerpt] = r.Outcome
			}
		}
		if len(checks) != 2 || len(got) != 2 || got[string(q.quotation)] != "same" || got[string(other)] != "moved" {
			t.Errorf("readers are told %+v", checks)
		}
	})
}

// TestCloseTask: a person says what was done; nobody does it twice.
func TestCloseTask(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		q := p.publishedQuoting(t)
		p.recapture(t, q.source, "This page was taken down.")
		task := p.openTasks(t)[0]
		if n := must(p.reads(t).OpenTasks())(t); n != 1 {
			t.Errorf("%d tasks wait", n)
		}
		p.unwritten(t, "closing", func() {
			wantField(t, "note", p.desk.CloseTask(ctx, p.reviewer, kb.TaskDone{ID: task.ID, Note: " ", Version: task.Version}))
			wantKind(t, kb.Conflict, p.desk.CloseTask(ctx, p.reviewer, kb.TaskDone{ID: task.ID, Note: "Seen.", Version: task.Version + 1}))
			wantKind(t, kb.NotFound, p.desk.CloseTask(ctx, p.reviewer, kb.TaskDone{ID: "00000000", Note: "Seen.", Version: 1}))
		})
		ok(t, p.desk.CloseTask(ctx, p.reviewer, kb.TaskDone{ID: task.ID, Note: "The copy is what we rest on.", Version: task.Version}))
		wantKind(t, kb.Conflict, p.desk.CloseTask(ctx, p.reviewer, kb.TaskDone{ID: task.ID, Note: "Again.", Version: task.Version + 1}))
		done := must(p.reads(t).Tasks(false, 10))(t)
		if len(p.openTasks(t)) > 0 || len(done) != 1 || done[0].DoneBy != p.reviewer.Person || done[0].Note != "The copy is what we rest on." || done[0].DoneAt == nil ||
			done[0].Claim != "The moon is made of rock." || done[0].Source != "On the moon" {
			t.Errorf("done: %+v", done)
		}
		p.untouched(t, q)
	})
}
