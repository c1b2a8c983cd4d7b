package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// step takes one edge of the workflow: authorise, lock, look the edge up, let
// guard do what belongs to it, store the new state.
func (d *Desk) step(ctx context.Context, actor kb.Actor, claim kb.ID, step kb.Step, guard func(*store.Tx, *kb.Claim) error) error {
	return d.write(ctx, actor, StepAction(step), func(tx *store.Tx) error {
		c, err := tx.LockClaim(claim)
		if err != nil {
			return err
		}
		next, err := kb.Next(c.State, step)
		if err != nil {
			return err
		}
		after := c
		after.State, after.StateReason = next, ""
		if guard != nil {
			if err := guard(tx, &after); err != nil {
				return err
			}
		}
		return tx.SetClaimState("claim."+string(step), c, after)
	})
}

// Step takes a step of the workflow that needs no more than a reason, if that:
// accept, decline, reopen, assign, withdraw, park, give up, cancel.
func (d *Desk) Step(ctx context.Context, actor kb.Actor, claim kb.ID, step kb.Step, reason string) error {
	edge, ok := kb.EdgeOf(step)
	if !ok || !slices.Contains(simpleSteps, step) {
		return kb.Errorf(kb.NotFound, "There is no such step.")
	}
	if err := Authorise(actor, StepAction(step)); err != nil {
		return err
	}
	if err := kb.ValidateReason("reason", &reason, edge.NeedsReason); err != nil {
		return err
	}
	return d.step(ctx, actor, claim, step, func(tx *store.Tx, c *kb.Claim) error {
		c.StateReason = reason
		switch step {
		case kb.Assign:
			c.AssigneeID = actor.Person
		case kb.Withdraw, kb.Park:
			return tx.CloseCandidates(claim)
		case kb.Cancel:
			return errors.Join(tx.DropSchedule(claim), tx.CloseCandidates(claim))
		case kb.GiveUp:
			return hasRevision(tx, claim)
		}
		return nil
	})
}

var simpleSteps = []kb.Step{kb.Accept, kb.Decline, kb.Reopen, kb.Assign, kb.Withdraw, kb.Park, kb.Cancel, kb.GiveUp}

func hasRevision(tx *store.Tx, claim kb.ID) error {
	revisions, err := tx.Revisions(claim)
	if err == nil && len(revisions) == 0 {
		return kb.Errorf(kb.Conflict, "This claim was never published; there is nothing to go back to. Park it instead.")
	}
	return err
}

// AssignTo gives a claim to a person, whatever its state.
func (d *Desk) AssignTo(ctx context.Context, actor kb.Actor, claim, person kb.ID) error {
	return d.write(ctx, actor, AssignOthers, func(tx *store.Tx) error {
		c, err := tx.LockClaim(claim)
		if err != nil {
			return err
		}
		if _, err := tx.Person(person); err != nil {
			return kb.InvalidField("person", "Choose a person of the list.").Because(err)
		}
		after := c
		after.AssigneeID = person
		return tx.SetClaimState("claim.assign-to", c, after)
	})
}

// Merge marks an unpublished claim as a duplicate of another.
func (d *Desk) Merge(ctx context.Context, actor kb.Actor, claim kb.ID, into, reason string) error {
	if err := Authorise(actor, StepAction(kb.Merge)); err != nil {
		return err
	}
	if err := kb.ValidateReason("reason", &reason, true); err != nil {
		return err
	}
	return d.step(ctx, actor, claim, kb.Merge, func(tx *store.Tx, c *kb.Claim) error {
		published, err := tx.Revisions(claim)
		if err != nil {
			return err
		}
		if len(published) > 0 {
			return kb.Errorf(kb.Conflict, "This claim was published before; only an unpublished one can be merged so.")
		}
		other, err := findClaim(tx.Reader, into, "into")
		if err != nil {
			return err
		}
		if other.ID == claim {
			return kb.InvalidField("into", "Choose another claim.")
		}
		if other, err = tx.LockClaim(other.ID); err != nil { // two that merge into one another meet here
			return err
		}
		if other.State == kb.Merged {
			return kb.InvalidField("into", "Choose a claim that is not merged itself.")
		}
		c.MergedIntoID, c.StateReason = other.ID, reason
		return tx.CloseCandidates(claim)
	})
}

// Submit composes the claim's content, stores it as the candidate for review
// and gives its hash. Errors: Invalid when a gate fails, with one field a gate.
func (d *Desk) Submit(ctx context.Context, actor kb.Actor, claim kb.ID) (string, error) {
	var hash string
	err := d.step(ctx, actor, claim, kb.Submit, func(tx *store.Tx, c *kb.Claim) error {
		next, err := d.composed(tx, claim, record.NewSalt(), nil)
		if err != nil {
			return err
		}
		if err := next.passGates(); err != nil {
			return err
		}
		body, err := record.Canonical(next.content)
		if err != nil {
			return err
		}
		if err := keepContributors(tx, next.dossier); err != nil {
			return err
		}
		hash = record.Hash(body)
		_, err = tx.InsertCandidate(kb.Candidate{ClaimID: claim, ContentHash: hash, Number: next.number}, body)
		return err
	})
	return hash, err
}

// composition is the content of the revision to come, its number, and the
// dossier that it was made from. A withdrawal is made from the revision in force.
type composition struct {
	dossier store.Dossier
	content record.Content
	number  int
}

// composed reads the dossier and composes the content of the revision to come,
// from the second one on with its correction.
//
// Approved, if given, is the content that it should come to again.
func (d *Desk) composed(tx *store.Tx, claim kb.ID, salt string, approved *record.Content) (composition, error) {
	dossier, err := tx.Dossier(claim)
	if err != nil {
		return composition{}, err
	}
	if approved != nil {
		asApproved(&dossier, *approved)
	}
	next := composition{dossier, Compose(dossier, d.baseURL, salt), dossier.Revision + 1}
	if next.number == 1 || dossier.Draft == nil {
		return next, nil
	}
	before, err := liveContent(tx.Reader, claim)
	if kb.KindOf(err) == kb.Gone {
		// What was redacted cannot be compared: it counts as a fact that was wrong.
		next.content.Correction = atLeast("correction", *dossier.Draft)
		return next, nil
	}
	if err != nil {
		return next, err
	}
	next.content.Correction = correctionOf(before, next.content, *dossier.Draft)
	if !record.Changed(before, next.content) && !withdrawn(before) {
		return next, kb.Errorf(kb.Conflict, "Nothing differs from what is published.")
	}
	return next, nil
}

// asApproved leaves out what came since the approval and is no change of the
// claim: related claims that were published, and first copies of sources.
func asApproved(d *store.Dossier, approved record.Content) {
	d.Published = map[kb.ID]bool{}
	for _, r := range approved.Relations {
		d.Published[kb.ID(r.Claim)] = true
	}
	for _, s := range approved.Sources {
		if s.Capture == nil {
			delete(d.Captures, kb.ID(s.ID))
		}
	}
}

// correctionOf states cause, note and class: the graver of what the editor
// chose and the least that the change allows.
func correctionOf(before, after record.Content, draft kb.RulingDraft) *record.Correction {
	return atLeast(record.LeastClass(before, after, draft.Cause), draft)
}

func atLeast(class string, draft kb.RulingDraft) *record.Correction {
	if kb.ClassRank(draft.Class) > kb.ClassRank(class) {
		class = draft.Class
	}
	return &record.Correction{Class: class, Cause: draft.Cause, Note: draft.PublicNote}
}

// liveContent reads the content of a claim's newest revision.
func liveContent(r store.Reader, claim kb.ID) (record.Content, error) {
	revisions, err := r.Revisions(claim)
	if err != nil {
		return record.Content{}, err
	}
	if len(revisions) == 0 {
		return record.Content{}, kb.Errorf(kb.Conflict, "This claim is not published.")
	}
	body, err := r.Body(revisions[0].Hash)
	if err != nil {
		return record.Content{}, err
	}
	_, content, err := record.ReadDocument(body)
	return content, err
}

// gates judges the composition by house policy, before its review.
func (c composition) gates() []kb.GateResult {
	return Gates(c.dossier, c.content, c.number)
}

func (c composition) passGates() error {
	failed := kb.FailedGates(c.gates())
	if len(failed) == 0 {
		return nil
	}
	e := kb.Errorf(kb.Invalid, "House rules stand in the way.")
	for _, f := range failed {
		e.Fields = append(e.Fields, kb.FieldError{Field: "gate-" + f.Key, Message: f.Label + ": " + f.Detail + "."})
	}
	return e
}

// keepContributors keeps everybody whose work is in the content among the
// contributors, wherever they entered it: they may not approve what they made.
func keepContributors(tx *store.Tx, d store.Dossier) error {
	people := map[kb.ID]bool{tx.Actor().Person: true}
	for _, s := range d.Snapshots {
		people[s.CapturedBy] = true
	}
	for _, x := range d.Derivations {
		people[x.DecidedBy] = true
	}
	for _, r := range d.Relations {
		people[r.ConfirmedBy] = true
	}
	for _, a := range d.Assessments {
		people[a.PersonID] = true
	}
	since, err := begunAt(tx, d)
	if err != nil {
		return err
	}
	editors, err := tx.EditorsOf(d.Shared(), since)
	if err != nil {
		return err
	}
	for _, person := range editors {
		people[person] = true
	}
	for _, person := range slices.Sorted(maps.Keys(people)) {
		if err := tx.AddContributor(d.Claim.ID, person); err != nil {
			return err
		}
	}
	return nil
}

// begunAt is when the work on the revision to come began: with the publication
// of the one in force, or with the claim. Who changed what the claim shares with
// others before then changed it for others.
func begunAt(tx *store.Tx, d store.Dossier) (time.Time, error) {
	revisions, err := tx.Revisions(d.Claim.ID)
	if err != nil || len(revisions) == 0 {
		return d.Claim.CreatedAt, err
	}
	return revisions[0].PublishedAt, nil
}

// Approve approves exactly the content with the given hash. Errors: Forbidden
// for contributors, Conflict when something else is under review by now.
func (d *Desk) Approve(ctx context.Context, actor kb.Actor, claim kb.ID, hash, note string) error {
	return d.step(ctx, actor, claim, kb.Approve, func(tx *store.Tx, _ *kb.Claim) error {
		if err := notOwnWork(tx, claim, actor); err != nil {
			return err
		}
		return decide(tx, claim, hash, kb.Approved, note)
	})
}

// Return sends what is under review back, with a note.
func (d *Desk) Return(ctx context.Context, actor kb.Actor, claim kb.ID, hash, note string) error {
	if err := Authorise(actor, StepAction(kb.Return)); err != nil {
		return err
	}
	if err := kb.ValidateReason("reason", &note, true); err != nil {
		return err
	}
	return d.step(ctx, actor, claim, kb.Return, func(tx *store.Tx, c *kb.Claim) error {
		c.StateReason = note
		if err := decide(tx, claim, hash, kb.Returned, note); err != nil {
			return err
		}
		return tx.CloseCandidates(claim)
	})
}

func decide(tx *store.Tx, claim kb.ID, hash, decision, note string) error {
	if err := kb.ValidateReason("note", &note, false); err != nil {
		return err
	}
	candidate, err := tx.OpenCandidate(claim)
	if err != nil {
		return err
	}
	if candidate.ContentHash != hash {
		return kb.Errorf(kb.Conflict, "Another content is under review than the one you read. Load the page again.")
	}
	_, err = tx.InsertApproval(kb.Approval{
		ClaimID: claim, CandidateID: candidate.ID, ContentHash: hash, Decision: decision, Note: note,
	})
	return err
}

func notOwnWork(tx *store.Tx, claim kb.ID, actor kb.Actor) error {
	contributors, err := tx.Contributors(claim)
	if err != nil {
		return err
	}
	if actor.Person == "" {
		return kb.Errorf(kb.Forbidden, "Only a person can approve.")
	}
	for _, p := range contributors {
		if p.ID == actor.Person {
			return kb.Errorf(kb.Forbidden, "You worked on this claim yourself; somebody else must approve it.")
		}
	}
	return nil
}

// Revise opens a published claim for the next revision. The live one stays.
func (d *Desk) Revise(ctx context.Context, actor kb.Actor, claim kb.ID) error {
	return d.step(ctx, actor, claim, kb.Revise, func(tx *store.Tx, c *kb.Claim) error {
		c.AssigneeID = actor.Person
		revisions, err := tx.Revisions(claim)
		if err != nil {
			return err
		}
		return freshDraft(tx, claim, revisions[0].Number)
	})
}

// freshDraft bases the draft on a revision and empties what was said of the last
// correction. Whoever does it is among the contributors from then on.
func freshDraft(tx *store.Tx, claim kb.ID, basedOn int) error {
	draft, err := tx.Draft(claim)
	if err != nil {
		return err
	}
	draft.BasedOn, draft.Cause, draft.Class, draft.PublicNote = basedOn, "", "", ""
	return tx.SaveDraft(draft)
}
