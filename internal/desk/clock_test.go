package desk_test

import (
	"sync"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// scheduled is an approved claim whose publication is due in an hour.
func (p *press) scheduled(t *testing.T) file {
	t.Helper()
	f := p.approved(t)
	wantKind(t, kb.Invalid, p.desk.Schedule(t.Context(), p.publisher, f.claim, p.clock.now().Add(-time.Minute)))
	ok(t, p.desk.Schedule(t.Context(), p.publisher, f.claim, p.clock.now().Add(time.Hour)))
	return f
}

func (p *press) revisions(t *testing.T, claim kb.ID) int {
	t.Helper()
	return len(must(p.reads(t).Revisions(claim))(t))
}

// TestScheduled: nothing is published before its time, and then exactly once,
// as whoever scheduled it.
func TestScheduled(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.scheduled(t)
		p.clock.pass(59 * time.Minute)
		ok(t, p.desk.PublishDue(t.Context()))
		if p.state(t, f.claim) != kb.Scheduled || p.revisions(t, f.claim) != 0 {
			t.Error("it was published before its time")
		}
		p.clock.pass(2 * time.Minute)
		ok(t, p.desk.PublishDue(t.Context()))
		ok(t, p.desk.PublishDue(t.Context()))
		if p.state(t, f.claim) != kb.Published || p.revisions(t, f.claim) != 1 {
			t.Errorf("it is %s with %d revisions", p.state(t, f.claim), p.revisions(t, f.claim))
		}
		if doc := p.newest(t, f.claim); doc.People.Publisher.Name != "Pat" || doc.People.Reviewer.Name != "Rea" {
			t.Errorf("people %+v", doc.People)
		}
	})
}

// TestScheduledByNobody: who lost the right to publish meanwhile publishes
// nothing; the claim stays approved and a task says why.
func TestScheduledByNobody(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.scheduled(t)
		ok(t, p.desk.SetDisabled(t.Context(), kb.System, p.publisher.Account, true))
		p.clock.pass(2 * time.Hour)
		ok(t, p.desk.PublishDue(t.Context()))
		p.failed(t, f, kb.ApprovedS)
	})
}

// failed holds that a scheduled publication did not take place and a task says so.
func (p *press) failed(t *testing.T, f file, want kb.State) {
	t.Helper()
	if got := p.state(t, f.claim); got != want || p.revisions(t, f.claim) != 0 {
		t.Errorf("it is %s with %d revisions, want %s", got, p.revisions(t, f.claim), want)
	}
	if tasks := p.openTasks(t); len(tasks) != 1 || tasks[0].Kind != "schedule" || tasks[0].ClaimID != f.claim {
		t.Errorf("tasks %+v", tasks)
	}
	ok(t, p.desk.PublishDue(t.Context())) // and it is not tried again
	if n := len(p.openTasks(t)); n != 1 {
		t.Errorf("%d tasks after another look", n)
	}
}

// TestScheduledGateFails: the rules are judged again when the time has come.
func TestScheduledGateFails(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		draft := must(p.desk.Draft(ctx, f.claim))(t)
		draft.RatingKey = "true"
		ok(t, p.desk.SaveDraft(ctx, p.editor, draft))
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: f.claim, Gate: "origins", Reason: "One is enough here."}))
		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		ok(t, p.desk.Schedule(ctx, p.publisher, f.claim, p.clock.now().Add(time.Hour)))
		policy := must(p.reads(t).Policy())(t)
		policy.Note, policy.Modes = "No exception from origins any more.", map[string]string{"origins": kb.Required}
		must(p.desk.SavePolicy(ctx, p.person(t, "Ada", kb.Admin), policy))(t)
		p.clock.pass(2 * time.Hour)
		ok(t, p.desk.PublishDue(ctx))
		p.failed(t, f, kb.ApprovedS)
	})
}

// TestScheduledIsStale: what it rests on changed, so it goes back to research.
func TestScheduledIsStale(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.scheduled(t)
		source := must(p.reads(t).Source(f.source))(t)
		source.Title = "On the moon, second edition"
		ok(t, p.desk.UpdateSource(ctx, p.editor, desk.SourceInput{Source: source, Publisher: "A Paper"}))
		p.clock.pass(2 * time.Hour)
		ok(t, p.desk.PublishDue(ctx))
		p.failed(t, f, kb.Researching)
	})
}

// TestScheduledFallsWithAnEdit: an edit, or cancelling, takes the schedule away.
func TestScheduledFallsWithAnEdit(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.scheduled(t)
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: f.claim, Gate: "captures", Reason: "Gone."}))
		g := p.scheduled(t)
		ok(t, p.desk.Step(ctx, p.publisher, g.claim, kb.Cancel, ""))
		p.clock.pass(2 * time.Hour)
		ok(t, p.desk.PublishDue(ctx))
		for _, x := range []file{f, g} {
			if p.state(t, x.claim) != kb.Researching || p.revisions(t, x.claim) != 0 {
				t.Errorf("it is %s", p.state(t, x.claim))
			}
		}
	})
}

// TestRecheck: a ruling that is due makes one task, which says what would change
// it.
func TestRecheck(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		draft := must(p.desk.Draft(ctx, f.claim))(t)
		draft.RecheckBy, draft.WouldChange = kb.StatedDate("2026-12"), "A sample of it."
		ok(t, p.desk.SaveDraft(ctx, p.editor, draft))
		p.republished(t, f.claim)
		ok(t, p.desk.Chores(ctx))
		if tasks := p.openTasks(t); len(tasks) != 0 {
			t.Errorf("tasks before its time: %+v", tasks)
		}
		p.clock.pass(60 * 24 * time.Hour)
		ok(t, p.desk.Chores(ctx))
		ok(t, p.desk.Chores(ctx))
		if tasks := p.openTasks(t); len(tasks) != 1 || tasks[0].Kind != "recheck" || tasks[0].Words != "The ruling was to be looked at again by December 2026. What would change it: A sample of it." {
			t.Errorf("tasks %+v", tasks)
		}
	})
}

// TestWithdrawals: a retraction keeps what the claim is and takes the ruling
// back; a merger leads elsewhere; both are revisions, and a new ruling can follow
// a retraction.
func TestWithdrawals(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.approved(t)
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		g := p.approved(t)
		must(p.desk.Publish(ctx, p.publisher, g.claim))(t)
		in := kb.Withdrawal{ClaimID: f.claim, Cause: "our-error", Note: "It rested on one paper."}
		wantKind(t, kb.Invalid, errOf(p.desk.Retract(ctx, p.publisher, kb.Withdrawal{ClaimID: f.claim})))
		hash := must(p.desk.Retract(ctx, p.publisher, in))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		content := must(record.ReadContent(p.newest(t, f.claim).Content))(t)
		if content.Ruling.Outcome != kb.Retracted || content.Ruling.Rating != nil || content.Ruling.Reasoning != "" || content.Correction.Class != "retraction" || len(content.Evidence) != 1 {
			t.Errorf("the retraction says %+v, %+v", content.Ruling, content.Correction)
		}
		wantKind(t, kb.Conflict, errOf(p.desk.Retract(ctx, p.publisher, in)))

		merge := kb.Withdrawal{ClaimID: g.claim, Cause: "our-error", Note: "The same claim."}
		for _, into := range []string{"", string(g.claim), string(f.claim), "nonsense"} {
			merge.Into = into
			wantKind(t, kb.Invalid, errOf(p.desk.Absorb(ctx, p.publisher, merge)))
		}
		p.revise(t, f, "One paper said so, once more.")
		p.republished(t, f.claim)
		if class := must(p.db.Public().Revisions(ctx, f.claim))(t)[0].Class; class != "rating-change" {
			t.Errorf("a ruling after a retraction is a %s", class)
		}
		merge.Into = string(f.claim)
		hash = must(p.desk.Absorb(ctx, p.publisher, merge))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, g.claim, hash, ""))
		must(p.desk.Publish(ctx, p.publisher, g.claim))(t)
		if p.state(t, g.claim) != kb.Merged || must(p.db.Public().Revisions(ctx, g.claim))(t)[0].MergedInto != string(f.claim) {
			t.Error("it is not merged")
		}
	})
}

// TestBanner: the sign goes up and down in the record, and a withdrawal takes it
// away.
func TestBanner(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.approved(t)
		up := kb.BannerInput{ClaimID: f.claim, Up: true, Reason: "We look again."}
		wantKind(t, kb.Conflict, errOf(p.desk.SetBanner(ctx, p.publisher, up))) // not published
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		must(p.desk.SetBanner(ctx, p.publisher, up))(t)
		wantKind(t, kb.Conflict, errOf(p.desk.SetBanner(ctx, p.publisher, up)))
		hash := must(p.desk.Retract(ctx, p.publisher, kb.Withdrawal{ClaimID: f.claim, Cause: "our-error", Note: "Wrong."}))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		published := must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		if logged := p.logged(t, record.KindBanner); len(logged) != 2 || logged[1].Index != published.Index {
			t.Errorf("banner events %+v, index %d", logged, published.Index)
		}
	})
}

// TestFamilyAtOdds: two that contradict one another cannot both be true without
// saying so, and the other one's editors are asked to look again.
func TestFamilyAtOdds(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		rate := func(f file) {
			draft := must(p.desk.Draft(ctx, f.claim))(t)
			draft.RatingKey = "true"
			ok(t, p.desk.SaveDraft(ctx, p.editor, draft))
			ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: f.claim, Gate: "origins", Reason: "One is enough here."}))
		}
		f, g := p.ready(t), p.ready(t)
		rate(f)
		rate(g)
		p.republished(t, f.claim)
		must(p.desk.Relate(ctx, p.editor, g.claim, desk.RelationInput{To: string(f.claim), ClaimRelation: kb.ClaimRelation{Type: "contradicts", Rationale: "One says rock, the other cheese."}}))(t)
		_, err := p.desk.Submit(ctx, p.editor, g.claim)
		wantKind(t, kb.Invalid, err)
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: g.claim, Gate: "family", Reason: "Both are true of different layers."}))
		p.republished(t, g.claim)
		if gate := gateOf(p.newest(t, g.claim), "family"); gate.Outcome != kb.Excepted || gate.Detail == "" {
			t.Errorf("the gate says %+v", gate)
		}
		if tasks := p.openTasks(t); len(tasks) != 1 || tasks[0].Kind != "family" || tasks[0].ClaimID != f.claim {
			t.Errorf("tasks %+v", tasks)
		}
	})
}

// TestMergersCross: two claims that are to be merged into one another cannot both
// go through; the second goes back to research.
func TestMergersCross(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f, g := p.approved(t), p.approved(t)
		for _, claim := range []kb.ID{f.claim, g.claim} {
			must(p.desk.Publish(ctx, p.publisher, claim))(t)
		}
		for from, into := range map[kb.ID]kb.ID{f.claim: g.claim, g.claim: f.claim} {
			hash := must(p.desk.Absorb(ctx, p.publisher, kb.Withdrawal{ClaimID: from, Into: string(into), Cause: "our-error", Note: "The same claim."}))(t)
			ok(t, p.desk.Approve(ctx, p.reviewer, from, hash, ""))
		}
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		wantKind(t, kb.Conflict, errOf(p.desk.Publish(ctx, p.publisher, g.claim)))
		if p.state(t, f.claim) != kb.Merged || p.state(t, g.claim) != kb.Researching {
			t.Errorf("they are %s and %s", p.state(t, f.claim), p.state(t, g.claim))
		}
	})
}

// TestCorrectingWhatIsRedacted: work goes on after the newest revision was
// redacted; the next one is a correction at least.
func TestCorrectingWhatIsRedacted(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.approved(t)
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		id := must(p.desk.AskRedaction(ctx, p.publisher, kb.RedactionRequest{ClaimID: f.claim, Basis: "court-order", Reason: "An order."}))(t)
		must(p.desk.Redact(ctx, p.person(t, "Pam", kb.PublisherR), id))(t)
		p.revise(t, f, "One paper said so, and may.")
		p.republished(t, f.claim)
		if r := must(p.db.Public().Revisions(ctx, f.claim))(t); len(r) != 2 || r[0].Class != "correction" || r[0].Redacted {
			t.Errorf("revisions %+v", r)
		}
	})
}

// TestScheduledOnce: however many processes look at the clock, a publication
// takes place once, and nobody reports a failure.
func TestScheduledOnce(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		files := []file{p.scheduled(t), p.scheduled(t), p.scheduled(t)}
		p.clock.pass(2 * time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := p.desk.PublishDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, f := range files {
			if p.state(t, f.claim) != kb.Published || p.revisions(t, f.claim) != 1 {
				t.Errorf("it is %s with %d revisions", p.state(t, f.claim), p.revisions(t, f.claim))
			}
		}
		if tasks := p.openTasks(t); len(tasks) != 0 {
			t.Errorf("tasks %+v", tasks)
		}
	})
}
