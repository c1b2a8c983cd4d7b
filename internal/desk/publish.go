package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Publication is what publishing gives: the revision's number and the log index
// that a follower must reach to show it.
type Publication struct {
	Number int
	Index  int64
}

// Publish appends what was approved to the record, byte for byte, and signs the
// log. Errors: Conflict when it is not approved, or when something that it
// rests on changed since; then it goes back to research and the message says
// what differs.
func (d *Desk) Publish(ctx context.Context, actor kb.Actor, claim kb.ID) (Publication, error) {
	return d.publish(ctx, actor, kb.Publish, claim, approvedBy)
}

// Expedite publishes exactly the content under review although nobody but its
// authors approved it: in an emergency, whose type and reason stand beside the
// ruling for ever.
func (d *Desk) Expedite(ctx context.Context, actor kb.Actor, claim kb.ID, hash string, e kb.Emergency) (Publication, error) {
	if err := check(actor, StepAction(kb.Expedite), &e); err != nil {
		return Publication{}, err
	}
	return d.publish(ctx, actor, kb.Expedite, claim, unreviewed(hash, func(*store.Tx) (record.Unreviewed, error) {
		return record.Unreviewed{Kind: e.Kind, Reason: e.Reason}, nil
	}))
}

// PublishAlone publishes the content under review under the standing exception
// of the house policy. Errors: Conflict when there is none.
func (d *Desk) PublishAlone(ctx context.Context, actor kb.Actor, claim kb.ID, hash string) (Publication, error) {
	return d.publish(ctx, actor, kb.Expedite, claim, unreviewed(hash, func(tx *store.Tx) (record.Unreviewed, error) {
		policy, err := tx.Policy()
		if err == nil && policy.SoleEditor == "" {
			err = kb.Errorf(kb.Conflict, "The house policy has no standing exception from the second person.")
		}
		return record.Unreviewed{Kind: kb.SoleEditor, Reason: policy.SoleEditor}, err
	}))
}

// vouching says who vouches for a candidate: a reviewer, or else the reason why
// nobody does.
type vouching struct {
	reviewer kb.ID
	alone    *record.Unreviewed
}

func approvedBy(tx *store.Tx, candidate kb.Candidate) (vouching, error) {
	approval, err := tx.Approval(candidate.ID)
	if err != nil || approval.ContentHash != candidate.ContentHash {
		return vouching{}, kb.Errorf(kb.Conflict, "This content is not approved.").Because(errors.Join(errGate, err))
	}
	return vouching{reviewer: approval.PersonID}, nil
}

func unreviewed(hash string, reason func(*store.Tx) (record.Unreviewed, error)) func(*store.Tx, kb.Candidate) (vouching, error) {
	return func(tx *store.Tx, candidate kb.Candidate) (vouching, error) {
		if candidate.ContentHash != hash {
			return vouching{}, kb.Errorf(kb.Conflict, "Another content is under review than the one you read. Load the page again.")
		}
		alone, err := reason(tx)
		return vouching{alone: &alone}, err
	}
}

func (d *Desk) publish(ctx context.Context, actor kb.Actor, step kb.Step, claim kb.ID, vouched func(*store.Tx, kb.Candidate) (vouching, error)) (Publication, error) {
	var p Publication
	var stale error
	err := d.write(ctx, actor, StepAction(step), func(tx *store.Tx) error {
		var err error
		p, stale, err = d.publishIn(tx, step, claim, vouched)
		return err
	})
	if err == nil {
		err = stale
	}
	if err != nil {
		return Publication{}, err
	}
	d.signCommitted(ctx)
	return p, nil
}

// publishIn publishes inside a transaction. Stale says what changed since the
// approval; the claim is back in research then, and nothing is published.
func (d *Desk) publishIn(tx *store.Tx, step kb.Step, claim kb.ID, vouched func(*store.Tx, kb.Candidate) (vouching, error)) (p Publication, stale, err error) {
	if err := tx.LockRecord(); err != nil {
		return p, nil, err
	}
	c, err := tx.LockClaim(claim)
	if err != nil {
		return p, nil, err
	}
	if _, err := kb.Next(c.State, step); err != nil {
		return p, nil, err
	}
	candidate, err := tx.OpenCandidate(claim)
	if err != nil {
		return p, nil, err
	}
	next, err := d.recomposed(tx, candidate)
	if kb.KindOf(err) == kb.Conflict {
		_, takenBack := takeBack(tx, c, readableMessage(err))
		return p, err, takenBack
	}
	if err != nil {
		return p, nil, err
	}
	by, err := vouched(tx, candidate)
	if err != nil {
		return p, nil, err
	}
	if p, err = d.append(tx, candidate, next, by); err != nil {
		return p, nil, err
	}
	if by.alone != nil {
		if err := askForReview(tx, claim); err != nil {
			return p, nil, err
		}
	}
	return p, nil, published(tx, step, c, next.content)
}

// askForReview asks for a second person after the fact.
func askForReview(tx *store.Tx, claim kb.ID) error {
	return tx.OpenTask(kb.Task{Kind: "second-look", ClaimID: claim, Words: "It was published without a second person. Somebody who did not work on it should look at it now."})
}

func readableMessage(err error) string {
	if e, ok := errors.AsType[*kb.Error](err); ok {
		return e.Message
	}
	return ""
}

func published(tx *store.Tx, step kb.Step, c kb.Claim, content record.Content) error {
	if err := errors.Join(tx.CloseCandidates(c.ID), tx.DropSchedule(c.ID)); err != nil {
		return err
	}
	due := store.Recheck{ClaimID: c.ID, DueOn: content.Ruling.RecheckBy.Latest(), Words: recheckWords(content.Ruling)}
	if err := tx.SetRecheck(due); err != nil {
		return err
	}
	after := c
	after.State, after.StateReason = kb.Published, ""
	if content.MergedInto != "" {
		after.State, after.MergedIntoID = kb.Merged, kb.ID(content.MergedInto)
	}
	return tx.SetClaimState("claim."+string(step), c, after)
}

func recheckWords(r record.Ruling) string {
	words := "The ruling was to be looked at again by " + r.RecheckBy.String() + "."
	if r.WouldChange != "" {
		words += " What would change it: " + r.WouldChange
	}
	return words
}

// recomposed composes again, with the candidate's salt, and gives the candidate's
// content if the two are the same bytes.
func (d *Desk) recomposed(tx *store.Tx, candidate kb.Candidate) (composition, error) {
	body, err := tx.Body(candidate.ContentHash)
	if err != nil {
		return composition{}, err
	}
	approved, err := record.ReadContent(body)
	if err != nil {
		return composition{}, err
	}
	var next composition
	if withdrawn(approved) {
		next, err = recomposedWithdrawal(tx, candidate.ClaimID, approved)
	} else {
		next, err = d.composed(tx, candidate.ClaimID, approved.Salt, &approved)
	}
	if err != nil {
		return next, err
	}
	again, err := record.Canonical(next.content)
	if err != nil {
		return next, err
	}
	if next.number != candidate.Number {
		return next, kb.Errorf(kb.Conflict, "Another revision was published since this one was submitted.")
	}
	if record.Hash(again) != candidate.ContentHash {
		return next, kb.Errorf(kb.Conflict, "Something that the ruling rests on changed after it was approved: %s. It is back in research; submit it again.",
			record.Difference(approved, next.content))
	}
	next.content = approved
	return next, nil
}

// append writes the revision with its event, after the masthead, the policy and
// the scale that it uses if the record has not got them yet.
func (d *Desk) append(tx *store.Tx, candidate kb.Candidate, next composition, by vouching) (Publication, error) {
	content := next.content
	if err := d.appendMasthead(tx); err != nil {
		return Publication{}, err
	}
	if err := d.appendPolicy(tx, next.dossier.Policy); err != nil {
		return Publication{}, err
	}
	if err := d.appendScale(tx, content); err != nil {
		return Publication{}, err
	}
	document, previous, err := d.document(tx, candidate, next, by)
	if err != nil {
		return Publication{}, err
	}
	body, err := record.Canonical(document)
	if err != nil {
		return Publication{}, err
	}
	index, err := tx.AppendEvent(store.Event{
		Kind: record.KindRevision, Claim: candidate.ClaimID, Subject: string(candidate.ClaimID), Body: body,
		Leaf: record.Leaf{
			V: 1, Kind: record.KindRevision, Claim: document.Claim, Revision: document.Number, Rating: content.Ruling.RatingKey(),
			PublishedAt: document.PublishedAt, URL: d.revisionURL(document), Prev: previous,
		},
	})
	if err != nil {
		return Publication{}, err
	}
	revision := store.Revision{
		ClaimID: document.Claim, Number: document.Number, Hash: record.Hash(body), ContentHash: candidate.ContentHash,
		Previous: previous, EventIdx: index,
	}
	if revision.PublishedAt, err = record.ParseStamp(document.PublishedAt); err != nil {
		return Publication{}, err
	}
	if content.Correction != nil {
		revision.Class, revision.Cause = content.Correction.Class, content.Correction.Cause
	}
	if err := d.tellWebhooks(tx, document, revision.Hash, content); err != nil {
		return Publication{}, err
	}
	if err := tx.InsertRevision(revision, record.DigestOf(document, content)); err != nil {
		return Publication{}, err
	}
	if err := openFamilyTasks(tx, next.dossier, content); err != nil {
		return Publication{}, err
	}
	if withdrawn(content) {
		if index, err = d.endReview(tx, candidate.ClaimID, index); err != nil {
			return Publication{}, err
		}
	}
	err = d.releaseTexts(tx, content)
	return Publication{document.Number, index}, err
}

func (d *Desk) revisionURL(doc record.Document) string {
	return fmt.Sprintf("%s/claims/%s/revisions/%d", d.baseURL, doc.Claim, doc.Number)
}

// document puts the approved bytes into the revision document and gives the
// hash of the one before.
func (d *Desk) document(tx *store.Tx, candidate kb.Candidate, next composition, by vouching) (record.Document, string, error) {
	body, err := tx.Body(candidate.ContentHash)
	if err != nil {
		return record.Document{}, "", err
	}
	results, err := finalGates(next, by)
	if err != nil {
		return record.Document{}, "", err
	}
	people, err := responsible(tx, candidate.ClaimID, by.reviewer)
	if err != nil {
		return record.Document{}, "", err
	}
	at, previous := tx.Now(), ""
	revisions, err := tx.Revisions(candidate.ClaimID)
	if err != nil {
		return record.Document{}, "", err
	}
	if len(revisions) > 0 {
		previous = revisions[0].Hash
		// Whole seconds apart, so that a date in an address means one revision.
		if earliest := revisions[0].PublishedAt.UTC().Add(time.Second); at.Before(earliest) {
			at = earliest
		}
	}
	return record.Document{
		Schema: record.Schema, Claim: string(candidate.ClaimID), Number: candidate.Number, Previous: previous,
		PublishedAt: record.Stamp(at), People: people, Gates: gateReport(next.dossier.Policy.Number, results), Unreviewed: by.alone, Content: body,
	}, previous, nil
}

// errGate is the cause of a Conflict over a rule at publication: trying again
// would not help.
var errGate = errors.New("a house rule is not met")

// finalGates judges once more, now knowing who vouches for the content.
func finalGates(next composition, by vouching) ([]kb.GateResult, error) {
	review, alone := kb.Reviewed, ""
	if by.alone != nil {
		review, alone = kb.Unreviewed, kb.EmergencyLabel(by.alone.Kind)+": "+by.alone.Reason
	}
	results := gatesAt(next.dossier, next.content, next.number, review, alone)
	if failed := kb.FailedGates(results); len(failed) > 0 {
		return nil, kb.Errorf(kb.Conflict, "A house rule stands in the way: %s: %s.", failed[0].Label, failed[0].Detail).Because(errGate)
	}
	return results, nil
}

// responsible names who answers for a revision. Without a reviewer nobody but
// the authors does.
func responsible(tx *store.Tx, claim, reviewer kb.ID) (record.People, error) {
	contributors, err := tx.Contributors(claim)
	if err != nil {
		return record.People{}, err
	}
	people := record.People{Authors: []record.Person{}}
	for _, p := range contributors {
		if p.ID == reviewer {
			return people, kb.Errorf(kb.Conflict, "The reviewer worked on the claim after approving it.").Because(errGate)
		}
		people.Authors = append(people.Authors, record.Person{ID: string(p.ID), Name: p.Name})
	}
	if reviewer != "" {
		r, err := tx.Person(reviewer)
		if err != nil {
			return people, err
		}
		people.Reviewer = &record.Person{ID: string(r.ID), Name: r.Name}
	}
	publisher := tx.Actor()
	people.Publisher = record.Person{ID: string(publisher.Person), Name: publisher.Name}
	return people, nil
}

// appendScale publishes the scale that a ruling uses when it is its first use,
// and freezes it.
func (d *Desk) appendScale(tx *store.Tx, content record.Content) error {
	if content.Ruling.Rating == nil {
		return nil
	}
	draft, err := tx.Draft(kb.ID(content.Claim.ID))
	if err != nil {
		return err
	}
	scale, err := tx.Scale(draft.ScaleID)
	if err != nil || scale.Frozen {
		return err
	}
	ratings, err := tx.Ratings([]kb.ID{scale.ID})
	if err != nil {
		return err
	}
	doc := record.Scale{
		Schema: record.Schema, Salt: record.NewSalt(), Key: scale.Key, Number: scale.Number, Name: scale.Name, Ordered: scale.Ordered,
		Methodology: scale.Methodology, Ratings: []record.Rating{}, At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
	for _, r := range ratings {
		doc.Ratings = append(doc.Ratings, composeRating(scale, ratings, r))
	}
	if err := d.appendDocument(tx, record.KindScale, scale.Key, doc); err != nil {
		return err
	}
	return tx.FreezeScale(scale)
}
