package desk_test

import (
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// secondAccount gives a person one more account with other roles.
func (r *room) secondAccount(t *testing.T, of kb.Actor, roles ...kb.Role) kb.Actor {
	t.Helper()
	email := of.Name + "-too@example.org"
	_, _, err := r.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Email: email, PersonID: of.Person, Roles: roles})
	ok(t, err)
	return must(r.desk.FindAccount(t.Context(), email))(t)
}

// TestFourEyes tries every side door to approving, confirming or judging one's
// own work.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		all := kb.Roles{kb.Researcher, kb.Reviewer, kb.PublisherR}
		f, hash := r.submitted(t)

		promoted := r.editor
		promoted.Roles = all
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, promoted, f.claim, hash, "with a new role"))
		too := r.secondAccount(t, r.editor, all...)
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, too, f.claim, hash, "with a second account"))
		wantKind(t, kb.Unauthenticated, r.desk.Approve(ctx, kb.System, f.claim, hash, "as the program"))
		wantKind(t, kb.Conflict, r.desk.Approve(ctx, r.reviewer, f.claim, record.Hash([]byte("another")), "another content"))

		// Whoever works on it after approving it takes the approval away.
		ok(t, r.desk.Approve(ctx, r.reviewer, f.claim, hash, ""))
		reviewer := r.reviewer
		reviewer.Roles = all
		ok(t, r.desk.StateException(ctx, reviewer, kb.GateException{ClaimID: f.claim, Gate: "captures", Reason: "Gone from the web."}))
		_, err := r.desk.Publish(ctx, r.publisher, f.claim)
		wantKind(t, kb.Conflict, err)
		hash = must(r.desk.Submit(ctx, r.editor, f.claim))(t)
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, r.reviewer, f.claim, hash, "worked on it meanwhile"))

		// Nor does it help to work on what the claim shares with others.
		speakers := must(db.Desk(ctx).Dossier(f.claim))(t).Speakers
		for _, speaker := range speakers {
			speaker.Note = "An astronomer."
			shared := r.person(t, "Sam", kb.Researcher, kb.Reviewer)
			ok(t, r.desk.UpdateSpeaker(ctx, shared, desk.SpeakerInput{Speaker: speaker}))
			ok(t, r.desk.Step(ctx, r.editor, f.claim, kb.Withdraw, ""))
			hash = must(r.desk.Submit(ctx, r.editor, f.claim))(t)
			wantKind(t, kb.Forbidden, r.desk.Approve(ctx, shared, f.claim, hash, "changed the speaker"))
		}

		// An emergency is no approval: it is said to be none.
		wantKind(t, kb.Invalid, errOf(r.desk.Expedite(ctx, r.publisher, f.claim, hash, kb.Emergency{Kind: "imminent-harm"})))
		wantKind(t, kb.Invalid, errOf(r.desk.Expedite(ctx, r.publisher, f.claim, hash, kb.Emergency{Kind: kb.SoleEditor, Reason: "I may."})))
		wantKind(t, kb.Conflict, errOf(r.desk.PublishAlone(ctx, r.publisher, f.claim, hash)))
		wantKind(t, kb.Conflict, errOf(r.desk.Expedite(ctx, r.publisher, f.claim, record.Hash(nil), kb.Emergency{Kind: "imminent-harm", Reason: "It spreads."})))
		must(r.desk.Expedite(ctx, r.publisher, f.claim, hash, kb.Emergency{Kind: "imminent-harm", Reason: "It spreads."}))(t)
		doc := r.newest(t, f.claim)
		if doc.People.Reviewer != nil || doc.Unreviewed == nil || doc.Unreviewed.Kind != "imminent-harm" || doc.Unreviewed.Reason != "It spreads." {
			t.Errorf("people %+v, unreviewed %+v", doc.People, doc.Unreviewed)
		}
		if g := gateOf(doc, kb.GateSecondPerson); g.Outcome != kb.Excepted || g.Reason == "" {
			t.Errorf("the gate says %+v", g)
		}

		// A retraction is approved by somebody else, too.
		publisher := r.publisher
		publisher.Roles = all
		hash = must(r.desk.Retract(ctx, publisher, kb.Withdrawal{ClaimID: f.claim, Cause: "our-error", Note: "It was wrong."}))(t)
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, publisher, f.claim, hash, ""))
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, r.secondAccount(t, r.publisher, kb.Reviewer), f.claim, hash, ""))
		ok(t, r.desk.Approve(ctx, r.person(t, "Rob", kb.Reviewer), f.claim, hash, ""))
	})
}

// TestSoleEditor: under a standing exception one person publishes alone, and
// each page says so; without it nobody does.
func TestSoleEditor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f, hash := r.submitted(t)
		admin := r.person(t, "Ada", kb.Admin)
		policy := must(db.Desk(ctx).Policy())(t)
		policy.SoleEditor, policy.Note = "There is one of us.", "A newsroom of one."
		must(r.desk.SavePolicy(ctx, admin, policy))(t)
		wantKind(t, kb.Conflict, errOf(r.desk.SavePolicy(ctx, admin, policy))) // from an old version
		must(r.desk.PublishAlone(ctx, r.publisher, f.claim, hash))(t)
		doc := r.newest(t, f.claim)
		if doc.Unreviewed == nil || doc.Unreviewed.Kind != kb.SoleEditor || doc.Unreviewed.Reason != "There is one of us." || doc.Gates.Policy != kb.PolicyVersion+1 {
			t.Errorf("unreviewed %+v, policy %d", doc.Unreviewed, doc.Gates.Policy)
		}
	})
}

// TestRedactionTakesTwo: one asks, another confirms; then the bodies are gone,
// the hashes stay, and the log still holds.
func TestRedactionTakesTwo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f := r.approved(t)
		must(r.desk.Publish(ctx, r.publisher, f.claim))(t)
		r.revise(t, f, "One paper said so, once.")
		r.republished(t, f.claim)
		ask := kb.RedactionRequest{ClaimID: f.claim, Revisions: "1", Basis: "court-order", Reason: "Order of a court."}
		bad := ask
		bad.Revisions = "7"
		wantKind(t, kb.Invalid, errOf(r.desk.AskRedaction(ctx, r.publisher, bad)))
		id := must(r.desk.AskRedaction(ctx, r.publisher, ask))(t)
		wantKind(t, kb.Conflict, errOf(r.desk.AskRedaction(ctx, r.publisher, ask)))
		wantKind(t, kb.Forbidden, errOf(r.desk.Redact(ctx, r.publisher, id)))
		wantKind(t, kb.Forbidden, errOf(r.desk.Redact(ctx, r.secondAccount(t, r.publisher, kb.PublisherR), id)))
		other := r.person(t, "Pam", kb.PublisherR)
		revisions := must(db.Public().Revisions(ctx, f.claim))(t)
		must(r.desk.Redact(ctx, other, id))(t)
		wantKind(t, kb.Conflict, errOf(r.desk.Redact(ctx, other, id)))

		_, err := db.Public().Document(ctx, revisions[1].Hash)
		wantKind(t, kb.Gone, err)
		_, err = db.Desk(ctx).Body(revisions[1].ContentHash)
		wantKind(t, kb.Gone, err)
		if _, err := db.Public().Document(ctx, revisions[0].Hash); err != nil {
			t.Errorf("the revision that stays: %v", err)
		}
		after := must(db.Public().Revisions(ctx, f.claim))(t)
		if !after[1].Redacted || after[0].Redacted || after[1].Hash != revisions[1].Hash {
			t.Errorf("revisions %+v", after)
		}
		ok(t, r.desk.Sign(ctx))
		r.revise(t, f, "One paper said so, at last.") // work goes on
		r.republished(t, f.claim)
	})
}

// TestDisputes: a reader's challenge is judged by somebody who did not make the
// ruling, in public, and what the reader wrote goes when its time is over.
func TestDisputes(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.approved(t)
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		send := func(text string) (kb.ID, string) {
			id, token, err := p.desk.SendDispute(ctx, "192.0.2.1", kb.Dispute{ClaimID: f.claim, Kind: "fact", Text: text, Name: "Ann", Email: "ann@example.org"})
			ok(t, err)
			return id, token
		}
		id, token := send("The moon is not made of rock.")
		if tasks := p.openTasks(t); len(tasks) != 1 || tasks[0].Kind != "dispute" {
			t.Errorf("tasks %+v", tasks)
		}
		x := must(p.reads(t).Dispute(id))(t)
		editor := p.editor
		editor.Roles = kb.Roles{kb.Reviewer}
		judge := p.person(t, "Jo", kb.Reviewer)
		settle := kb.DisputeDecision{ID: id, Outcome: "upheld", Answer: "It was wrong.", Revision: 2, Version: x.Version}
		wantKind(t, kb.Forbidden, errOf(p.desk.SettleDispute(ctx, editor, settle)))
		wantKind(t, kb.Invalid, errOf(p.desk.SettleDispute(ctx, judge, settle))) // there is no revision 2 yet
		p.revise(t, f, "One paper said so, and was wrong.")
		p.republished(t, f.claim)
		wantKind(t, kb.Forbidden, errOf(p.desk.SettleDispute(ctx, p.reviewer, settle))) // who approved it
		must(p.desk.SettleDispute(ctx, judge, settle))(t)
		wantKind(t, kb.Conflict, errOf(p.desk.SettleDispute(ctx, judge, settle)))
		if logged := p.logged(t, record.KindDispute); len(logged) != 1 {
			t.Errorf("%d dispute events", len(logged))
		}

		wantKind(t, kb.NotFound, p.desk.EraseOwn(ctx, "dispute", id, "another token"))
		ok(t, p.desk.EraseOwn(ctx, "dispute", id, token))
		x = must(p.reads(t).Dispute(id))(t)
		if x.Text+x.Name+x.Email != "" || x.Answer != "It was wrong." || x.State != "upheld" {
			t.Errorf("after erasing: %+v", x)
		}
		second, _ := send("And again.")
		must(p.desk.SettleDispute(ctx, judge, kb.DisputeDecision{ID: second, Outcome: "refused", Answer: "It stands.", Version: 1}))(t)
		p.clock.pass(kb.Retention + time.Hour)
		ok(t, p.desk.Chores(ctx))
		if x := must(p.reads(t).Dispute(second))(t); x.Text != "" || x.ErasedAt == nil {
			t.Errorf("its time is over, and it says %q", x.Text)
		}
		for range 10 {
			_, _, err := p.desk.SendDispute(ctx, "192.0.2.9", kb.Dispute{ClaimID: f.claim, Kind: "fact", Text: "Spam."})
			if kb.KindOf(err) == kb.Throttled {
				return
			}
		}
		t.Error("ten from one address went through")
	})
}

func errOf[T any](_ T, err error) error { return err }

// newest reads the document of a claim's newest revision.
func (r *room) newest(t *testing.T, claim kb.ID) record.Document {
	t.Helper()
	revisions := must(r.db.Public().Revisions(t.Context(), claim))(t)
	body := must(r.db.Public().Document(t.Context(), revisions[0].Hash))(t)
	doc, _, err := record.ReadDocument(body)
	ok(t, err)
	return doc
}

func gateOf(doc record.Document, key string) record.GateResult {
	for _, g := range doc.Gates.Results {
		if g.Key == key {
			return g
		}
	}
	return record.GateResult{}
}
