package desk_test

import (
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

var free = kb.Rights{Shown: "full", Note: "An official text; nobody has rights in it."}

// give gives a copy with rights, and a moment passes.
func (p *press) give(t *testing.T, source kb.ID, text string, rights kb.Rights) kb.Snapshot {
	t.Helper()
	p.clock.pass(time.Second)
	id := must(p.desk.GiveCapture(t.Context(), p.editor, desk.GivenCapture{SourceID: source, Text: text, Rights: rights}))(t)
	return must(p.reads(t).Snapshot(id))(t)
}

// shown gives what readers get at the address of a copy.
func (p *press) shown(t *testing.T, s kb.Snapshot) (record.Release, string, error) {
	t.Helper()
	return p.db.Public().Release(t.Context(), s.SourceID, s.TextHash)
}

// hidden checks that readers get nothing of a copy, and why.
func (p *press) hidden(t *testing.T, what string, s kb.Snapshot, want kb.Kind) {
	t.Helper()
	_, text, err := p.shown(t, s)
	if kb.KindOf(err) != want || err == nil || text != "" {
		t.Errorf("%s: readers get %q, %v; want kind %d", what, text, err, want)
	}
}

// TestRelease: a copy that may be shown whole is shown from the publication on
// that rests on it, to the letter; no other copy ever is.
func TestRelease(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		const law = "\nArticle 1. The moon is made of rock; <b>nothing</b> else. \n"
		s := p.give(t, f.source, law, free)
		quotable := p.give(t, p.page(t, "An article"), "The moon is made of rock, they say.", kb.Rights{})
		barred := p.give(t, p.page(t, "A leak"), "The moon is made of rock, we hear.", kb.Rights{Shown: "none"})
		elsewhere := p.give(t, p.page(t, "Another law"), "Article 2. It is far away.", free)
		for _, from := range []kb.Snapshot{s, quotable, barred} {
			in := quoteOf(from.ID, "The moon is made of rock")
			in.ClaimID, in.Stance = f.claim, "supports"
			must(p.desk.Quote(ctx, p.editor, in))(t)
		}
		_, err := p.desk.Submit(ctx, p.editor, f.claim)
		wantField(t, "gate-rights", err) // readers may see nothing of the leak
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: f.claim, Gate: "rights", Reason: "One sentence of it is public elsewhere."}))
		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		p.hidden(t, "under review", s, kb.NotFound)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		p.hidden(t, "approved", s, kb.NotFound)
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)

		release, text, err := p.shown(t, s)
		ok(t, err)
		if text != law || record.Hash([]byte(text)) != s.TextHash {
			t.Errorf("readers get %q", text)
		}
		want := record.Release{
			Schema: record.Schema, Salt: release.Salt, Source: string(f.source), Title: "On the moon", URL: "https://paper.example/moon", Language: "en",
			TextHash: s.TextHash, CapturedAt: record.Stamp(s.CapturedAt), Method: "pasted", Extractor: "test 1", Released: true, Reason: free.Note,
			At: record.Stamp(p.clock.now()), By: record.PersonRef(p.publisher.Person),
		}
		if release != want || release.Salt == "" {
			t.Errorf("the event says\n%+v, want\n%+v", release, want)
		}
		p.hidden(t, "for quotations only", quotable, kb.NotFound)
		p.hidden(t, "barred", barred, kb.NotFound)
		p.hidden(t, "of no published claim", elsewhere, kb.NotFound)
		p.hidden(t, "of another source", kb.Snapshot{SourceID: quotable.SourceID, TextHash: s.TextHash}, kb.NotFound)
		events := p.logged(t, record.KindRelease)
		if len(events) != 1 || events[0].Subject != record.ReleaseSubject(string(f.source), s.TextHash) || events[0].Claim != "" {
			t.Errorf("events: %+v", events)
		}

		p.republish(t, f.claim)
		if n := len(p.logged(t, record.KindRelease)); n != 1 {
			t.Errorf("released %d times", n)
		}
	})
}

// republish publishes one more revision of a claim.
func (p *press) republish(t *testing.T, claim kb.ID) {
	t.Helper()
	p.clock.pass(time.Hour)
	ok(t, p.desk.Revise(t.Context(), p.editor, claim))
	draft := must(p.desk.Draft(t.Context(), claim))(t)
	draft.Summary += " Still."
	draft.Cause, draft.Class, draft.PublicNote = "new-facts", "update", "Looked at again."
	ok(t, p.desk.SaveDraft(t.Context(), p.editor, draft))
	p.publish(t, claim)
}

// TestReleaseWithoutQuotation: the copy of a source that is cited as a whole is
// shown too.
func TestReleaseWithoutQuotation(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		law := p.page(t, "A law")
		s := p.give(t, law, "Article 1.", free)
		must(p.desk.AddEvidence(t.Context(), p.editor, desk.EvidenceInput{Source: string(law), Evidence: kb.Evidence{ClaimID: f.claim, Stance: "context"}}))(t)
		p.publish(t, f.claim)
		if _, text, err := p.shown(t, s); err != nil || text != "Article 1." {
			t.Errorf("readers get %q, %v", text, err)
		}
	})
}

// TestTakeDown: a text that may not be shown any more is taken down at once, in
// the record; what was published stays as it is, and it can come back.
func TestTakeDown(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		s := p.give(t, f.source, "Article 1. The moon is made of rock.", free)
		in := quoteOf(s.ID, "The moon is made of rock")
		in.ClaimID, in.Stance = f.claim, "supports"
		must(p.desk.Quote(ctx, p.editor, in))(t)
		if index := must(p.desk.SetRights(ctx, p.editor, s.ID, kb.Rights{Shown: "quotation"}))(t); index != -1 {
			t.Errorf("taken down before it was shown: %d", index)
		}
		must(p.desk.SetRights(ctx, p.editor, s.ID, free))(t)
		p.hidden(t, "full, and not published", s, kb.NotFound)
		p.publish(t, f.claim)
		q := quoted{file: f, revision: must(p.db.Public().Revisions(ctx, f.claim))(t)[0]}
		q.body = must(p.db.Public().Document(ctx, q.revision.Hash))(t)

		p.unwritten(t, "rights without a reason", func() {
			_, err := p.desk.SetRights(ctx, p.editor, s.ID, kb.Rights{Shown: "full"})
			wantField(t, "rights_note", err)
			_, err = p.desk.SetRights(ctx, p.editor, "00000000", kb.Rights{Shown: "none"})
			wantKind(t, kb.NotFound, err)
		})
		p.clock.pass(time.Hour)
		index := must(p.desk.SetRights(ctx, p.editor, s.ID, kb.Rights{Shown: "quotation", Note: "It is not official after all."}))(t)
		p.hidden(t, "taken down", s, kb.Gone)
		release, _, _ := p.shown(t, s)
		if release.Released || release.Reason != "It is not official after all." || release.By != record.PersonRef(p.editor.Person) || release.At != record.Stamp(p.clock.now()) {
			t.Errorf("the event says %+v", release)
		}
		events := p.logged(t, record.KindRelease)
		if len(events) != 2 || events[1].Index != index || events[1].Subject != events[0].Subject {
			t.Errorf("events: %+v", events)
		}
		p.untouched(t, q)
		if index := must(p.desk.SetRights(ctx, p.editor, s.ID, kb.Rights{Shown: "quotation"}))(t); index != -1 || len(p.logged(t, record.KindRelease)) != 2 {
			t.Errorf("taken down twice: %d", index)
		}
		p.republish(t, f.claim)
		p.hidden(t, "after another publication", s, kb.Gone)

		must(p.desk.SetRights(ctx, p.editor, s.ID, free))(t)
		p.hidden(t, "full again, and not published since", s, kb.Gone)
		p.republish(t, f.claim)
		if _, text, err := p.shown(t, s); err != nil || text != s.Text {
			t.Errorf("shown again: %q, %v", text, err)
		}
	})
}

// TestRightsAfterApproval: what readers may see is part of what was approved; a
// change sends the ruling back.
func TestRightsAfterApproval(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		s := p.give(t, f.source, "Article 1. The moon is made of rock.", free)
		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		must(p.desk.SetRights(ctx, p.editor, s.ID, kb.Rights{Shown: "none"}))(t)
		_, err := p.desk.Publish(ctx, p.publisher, f.claim)
		wantKind(t, kb.Conflict, err)
		if state := p.state(t, f.claim); state != kb.Researching {
			t.Errorf("the claim is %s", state)
		}
		p.hidden(t, "not published", s, kb.NotFound)
	})
}

// TestRightsOfTheText: rights are those of a text, however often it was kept.
func TestRightsOfTheText(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		const law = "Article 1. The moon is made of rock."
		first, second := p.give(t, f.source, law, free), p.give(t, f.source, law, free)
		elsewhere := p.give(t, p.page(t, "Another"), law, free)
		in := quoteOf(second.ID, "The moon is made of rock")
		in.ClaimID, in.Stance = f.claim, "supports"
		must(p.desk.Quote(ctx, p.editor, in))(t)
		p.publish(t, f.claim)
		must(p.desk.SetRights(ctx, p.editor, first.ID, kb.Rights{Shown: "quotation"}))(t)
		p.hidden(t, "kept once more", second, kb.Gone)
		for id, want := range map[kb.ID]string{first.ID: "quotation", second.ID: "quotation", elsewhere.ID: "full"} {
			if got := must(p.reads(t).Snapshot(id))(t).Rights; got != want {
				t.Errorf("readers may see of %s: %s, want %s", id, got, want)
			}
		}
		p.republish(t, f.claim)
		p.hidden(t, "after another publication", second, kb.Gone)
	})
}

// TestRightsGate: what stands in a copy of which readers may see nothing is not
// quoted to them, but for a reason that they can read.
func TestRightsGate(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		speech := p.source(t, "A speech", "")
		leak := p.give(t, f.source, "The moon is made of rock, we hear.", kb.Rights{Shown: "none"})
		in := quoteOf(leak.ID, "The moon is made of rock")
		in.ClaimID, in.Stance = f.claim, "supports"
		for _, work := range []string{"", string(speech)} {
			in.Work = work
			must(p.desk.Quote(ctx, p.editor, in))(t)
		}
		_, err := p.desk.Submit(ctx, p.editor, f.claim)
		wantField(t, "gate-rights", err)
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: f.claim, Gate: "rights", Reason: "The court allowed these words."}))
		p.publish(t, f.claim)
		p.hidden(t, "the copy", leak, kb.NotFound)
	})
}

// TestPassageIsNoCopy: a passage that was copied by hand is quoted; it is no
// copy that could be shown as a whole work.
func TestPassageIsNoCopy(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		passage := must(p.reads(t).Snapshot(must(p.reads(t).Excerpt(f.excerpt))(t).SnapshotID))(t)
		p.unwritten(t, "showing it whole", func() {
			_, err := p.desk.SetRights(t.Context(), p.editor, passage.ID, free)
			wantField(t, "rights", err)
		})
		p.publish(t, f.claim)
		p.hidden(t, "a passage", passage, kb.NotFound)
	})
}
