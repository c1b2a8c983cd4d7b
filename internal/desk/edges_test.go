package desk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// edges says which steps lead out of a state, written out by hand against the
// design; where to is held by the rules' own tests. Whatever is missing is a
// conflict.
var edges = map[string][]kb.Step{
	"suggested":   {kb.Accept, kb.Decline, kb.Merge},
	"open":        {kb.Assign, kb.Park, kb.Merge},
	"researching": {kb.Submit, kb.Park, kb.Merge},
	"in-review":   {kb.Return, kb.Approve, kb.Withdraw, kb.Park, kb.Merge, kb.Expedite, kb.Edit},
	"approved":    {kb.Publish, kb.Schedule, kb.Withdraw, kb.Merge, kb.Edit},
	"scheduled":   {kb.Publish, kb.Schedule, kb.Cancel, kb.Edit},
	"published":   {kb.Revise, kb.Retract, kb.Absorb},
	"revising":    {kb.Submit, kb.Park, kb.GiveUp}, // researching, with a live revision
	"parked":      {kb.Reopen, kb.Merge},
	"declined":    {kb.Reopen, kb.Merge},
	"merged":      {},
}

// editable are the states besides in which an edit is no step of its own.
var editable = []string{"suggested", "open", "researching", "revising"}

// TestEdgesOfEachState takes every step from every state as every role: with a
// right and an edge it goes through, with a right and no edge it is a conflict,
// without the right it is forbidden, whatever the state.
func TestEdgesOfEachState(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for state := range edges {
			f := h.claimIn(t, state)
			for step, take := range h.steps() {
				allowed := matrix[desk.StepAction(step)]
				if step == kb.Edit {
					allowed = matrix[desk.EditClaim]
				}
				for role, actor := range h.as {
					if !slices.Contains(allowed, role) {
						if err := take(t, actor, f); kb.KindOf(err) != kb.Forbidden || err == nil {
							t.Errorf("%s: %s as %s: %v, want forbidden", state, step, role, err)
						}
					}
				}
				leads := slices.Contains(edges[state], step) || (step == kb.Edit && slices.Contains(editable, state))
				err := take(t, h.as[allowed[len(allowed)-1]], f)
				switch {
				case leads && err != nil:
					t.Errorf("%s: %s: %v", state, step, err)
				case !leads && (err == nil || kb.KindOf(err) != kb.Conflict):
					t.Errorf("%s: %s: %v, want a conflict", state, step, err)
				}
				if leads || err == nil {
					f = h.claimIn(t, state)
				}
			}
		}
	})
}

// house is a newsroom with one person for each role.
type house struct {
	*room

	as      map[kb.Role]kb.Actor
	another kb.ID // a published claim to merge into
}

func newHouse(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := &house{room: newRoom(t, db), as: map[kb.Role]kb.Actor{}}
	h.as[kb.Researcher], h.as[kb.Reviewer], h.as[kb.PublisherR] = h.editor, h.reviewer, h.publisher
	for _, role := range []kb.Role{kb.Suggester, kb.Admin, kb.Auditor} {
		h.as[role] = h.person(t, "The-"+string(role), role)
	}
	h.another = h.claimIn(t, "published").claim
	return h
}

// steps takes each step with whatever it needs beside the right.
func (h *house) steps() map[kb.Step]func(*testing.T, kb.Actor, file) error {
	simple := func(step kb.Step) func(*testing.T, kb.Actor, file) error {
		return func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Step(t.Context(), who, f.claim, step, "For a reason.")
		}
	}
	steps := map[kb.Step]func(*testing.T, kb.Actor, file) error{
		kb.Submit: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			_, err := h.desk.Submit(t.Context(), who, f.claim)
			return err
		},
		kb.Approve: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Approve(t.Context(), who, f.claim, h.hash(t, f.claim), "")
		},
		kb.Return: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Return(t.Context(), who, f.claim, h.hash(t, f.claim), "Not yet.")
		},
		kb.Publish: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			_, err := h.desk.Publish(t.Context(), who, f.claim)
			return err
		},
		kb.Schedule: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Schedule(t.Context(), who, f.claim, h.db.Now().Add(time.Hour))
		},
		kb.Expedite: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			_, err := h.desk.Expedite(t.Context(), who, f.claim, h.hash(t, f.claim), kb.Emergency{Kind: "imminent-harm", Reason: "It spreads."})
			return err
		},
		kb.Revise: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Revise(t.Context(), who, f.claim)
		},
		kb.Retract: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			_, err := h.desk.Retract(t.Context(), who, kb.Withdrawal{ClaimID: f.claim, Cause: "our-error", Note: "It was wrong."})
			return err
		},
		kb.Absorb: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			_, err := h.desk.Absorb(t.Context(), who, kb.Withdrawal{ClaimID: f.claim, Into: string(h.another), Cause: "our-error", Note: "The same claim."})
			return err
		},
		kb.Merge: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.Merge(t.Context(), who, f.claim, string(h.another), "The same claim.")
		},
		kb.Edit: func(t *testing.T, who kb.Actor, f file) error {
			t.Helper()
			return h.desk.StateException(t.Context(), who, kb.GateException{ClaimID: f.claim, Gate: "captures", Reason: "Gone from the web.", Version: h.exceptionVersion(t, f.claim)})
		},
	}
	for _, step := range []kb.Step{kb.Accept, kb.Decline, kb.Reopen, kb.Assign, kb.Withdraw, kb.Park, kb.Cancel, kb.GiveUp} {
		steps[step] = simple(step)
	}
	return steps
}

// hash gives what is under review, or something that never was.
func (h *house) hash(t *testing.T, claim kb.ID) string {
	t.Helper()
	hash, err := h.desk.UnderReview(t.Context(), claim)
	if kb.KindOf(err) != kb.NotFound && err != nil {
		t.Fatal(err)
	}
	return hash
}

func (h *house) exceptionVersion(t *testing.T, claim kb.ID) int64 {
	t.Helper()
	e, err := h.db.Desk(t.Context()).Exception(claim, "captures")
	if kb.KindOf(err) != kb.NotFound && err != nil {
		t.Fatal(err)
	}
	return e.Version
}

// claimIn makes a claim in a state.
func (h *house) claimIn(t *testing.T, state string) file {
	t.Helper()
	ctx := t.Context()
	suggested := func() file {
		in := kb.ClaimInput{Claim: kb.Claim{Text: "Somebody suggested this." + h.again(), Language: "en", Kind: "other", Checkability: "checkable"}}
		return file{claim: must(h.desk.LogClaim(ctx, h.as[kb.Suggester], desk.NewClaim{Claim: in}))(t)}
	}
	var f file
	switch state {
	case "suggested":
		f = suggested()
	case "open":
		f = suggested()
		ok(t, h.desk.Step(ctx, h.editor, f.claim, kb.Accept, ""))
	case "declined":
		f = suggested()
		ok(t, h.desk.Step(ctx, h.editor, f.claim, kb.Decline, "Not for us."))
	case "researching":
		f = h.ready(t)
	case "parked":
		f = h.ready(t)
		ok(t, h.desk.Step(ctx, h.editor, f.claim, kb.Park, "Later."))
	case "merged":
		f = h.ready(t)
		ok(t, h.desk.Merge(ctx, h.editor, f.claim, string(h.another), "The same."))
	case "in-review":
		f, _ = h.submitted(t)
	case "approved":
		f = h.approved(t)
	case "scheduled":
		f = h.approved(t)
		ok(t, h.desk.Schedule(ctx, h.publisher, f.claim, h.db.Now().Add(time.Hour)))
	case "published", "revising":
		f = h.approved(t)
		must(h.desk.Publish(ctx, h.publisher, f.claim))(t)
		if state == "revising" {
			h.revise(t, f, "One paper said so, twice.")
		}
	}
	return f
}

// revise starts a revision with another summary.
func (r *room) revise(t *testing.T, f file, summary string) {
	t.Helper()
	ctx := t.Context()
	ok(t, r.desk.Revise(ctx, r.editor, f.claim))
	draft := must(r.desk.Draft(ctx, f.claim))(t)
	draft.Summary, draft.Cause, draft.PublicNote = summary, "our-error", "We say it better."
	ok(t, r.desk.SaveDraft(ctx, r.editor, draft))
}

// republished publishes what is drafted.
func (r *room) republished(t *testing.T, claim kb.ID) desk.Publication {
	t.Helper()
	ctx := t.Context()
	hash := must(r.desk.Submit(ctx, r.editor, claim))(t)
	ok(t, r.desk.Approve(ctx, r.reviewer, claim, hash, ""))
	return must(r.desk.Publish(ctx, r.publisher, claim))(t)
}
