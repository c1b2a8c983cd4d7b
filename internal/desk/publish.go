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
	var p Publication
	var stale error
	err := d.write(ctx, actor, StepAction(kb.Publish), func(tx *store.Tx) error {
		p, stale = Publication{}, nil
		if err := tx.LockRecord(); err != nil {
			return err
		}
		c, err := tx.LockClaim(claim)
		if err != nil {
			return err
		}
		if _, err := kb.Next(c.State, kb.Publish); err != nil {
			return err
		}
		candidate, err := tx.OpenCandidate(claim)
		if err != nil {
			return err
		}
		next, err := d.recomposed(tx, candidate)
		if kb.KindOf(err) == kb.Conflict {
			stale = err
			_, err = takeBack(tx, c, readableMessage(stale))
			return err
		}
		if err != nil {
			return err
		}
		if p, err = d.append(tx, candidate, next); err != nil {
			return err
		}
		return published(tx, c)
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

func readableMessage(err error) string {
	if e, ok := errors.AsType[*kb.Error](err); ok {
		return e.Message
	}
	return ""
}

func published(tx *store.Tx, c kb.Claim) error {
	if err := tx.CloseCandidates(c.ID); err != nil {
		return err
	}
	after := c
	after.State, after.StateReason = kb.Published, ""
	return tx.SetClaimState("claim.publish", c, after)
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
	next, err := d.composed(tx, candidate.ClaimID, approved.Salt, &approved)
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

// append writes the revision with its event, after the scale that it uses and
// the masthead if the record has not got them yet.
func (d *Desk) append(tx *store.Tx, candidate kb.Candidate, next composition) (Publication, error) {
	content := next.content
	approval, err := tx.Approval(candidate.ID)
	if err != nil || approval.ContentHash != candidate.ContentHash {
		return Publication{}, kb.Errorf(kb.Conflict, "This content is not approved.").Because(err)
	}
	if err := d.appendMasthead(tx); err != nil {
		return Publication{}, err
	}
	if err := d.appendScale(tx, content); err != nil {
		return Publication{}, err
	}
	document, previous, err := d.document(tx, candidate, approval, next)
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
		revision.Class, revision.Cause, revision.Note = content.Correction.Class, content.Correction.Cause, content.Correction.Note
	}
	if err := tx.InsertRevision(revision, record.DigestOf(document, content)); err != nil {
		return Publication{}, err
	}
	err = d.releaseTexts(tx, content)
	return Publication{document.Number, index}, err
}

func (d *Desk) revisionURL(doc record.Document) string {
	return fmt.Sprintf("%s/claims/%s/revisions/%d", d.baseURL, doc.Claim, doc.Number)
}

// document puts the approved bytes into the revision document and gives the
// hash of the one before.
func (d *Desk) document(tx *store.Tx, candidate kb.Candidate, approval kb.Approval, next composition) (record.Document, string, error) {
	body, err := tx.Body(candidate.ContentHash)
	if err != nil {
		return record.Document{}, "", err
	}
	results := next.gates()
	if failed := kb.FailedGates(results); len(failed) > 0 {
		return record.Document{}, "", kb.Errorf(kb.Conflict, "A house rule stands in the way: %s: %s.", failed[0].Label, failed[0].Detail)
	}
	people, err := responsible(tx, candidate.ClaimID, approval.PersonID)
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
		PublishedAt: record.Stamp(at), People: people, Gates: gateReport(results), Content: body,
	}, previous, nil
}

func responsible(tx *store.Tx, claim, reviewer kb.ID) (record.People, error) {
	contributors, err := tx.Contributors(claim)
	if err != nil {
		return record.People{}, err
	}
	people := record.People{Authors: []record.Person{}}
	for _, p := range contributors {
		if p.ID == reviewer {
			return people, kb.Errorf(kb.Conflict, "The reviewer worked on the claim after approving it.")
		}
		people.Authors = append(people.Authors, record.Person{ID: string(p.ID), Name: p.Name})
	}
	r, err := tx.Person(reviewer)
	if err != nil {
		return people, err
	}
	people.Reviewer = record.Person{ID: string(r.ID), Name: r.Name}
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

// SaveMasthead stores the masthead and publishes it. It gives the log index.
func (d *Desk) SaveMasthead(ctx context.Context, actor kb.Actor, in kb.Masthead) (int64, error) {
	if err := check(actor, EditMasthead, &in); err != nil {
		return 0, err
	}
	var index int64
	err := d.write(ctx, actor, EditMasthead, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		if err := tx.SaveMasthead(in); err != nil {
			return err
		}
		var err error
		index, err = d.appendEvent(tx, record.KindMasthead, record.KindMasthead, mastheadDocument(tx, in))
		return err
	})
	if err == nil {
		d.signCommitted(ctx)
	}
	return index, err
}

// appendMasthead publishes a masthead of defaults when nobody has written one,
// so that no ruling stands without a publisher.
func (d *Desk) appendMasthead(tx *store.Tx) error {
	hash, err := tx.LastEvent(record.KindMasthead, record.KindMasthead)
	if err != nil || hash != "" {
		return err
	}
	m := kb.Masthead{Name: "Claimtrail", Language: "en", Licence: "All rights reserved"}
	if err := tx.SaveMasthead(m); err != nil {
		return err
	}
	return d.appendDocument(tx, record.KindMasthead, record.KindMasthead, mastheadDocument(tx, m))
}

func mastheadDocument(tx *store.Tx, m kb.Masthead) record.Masthead {
	return record.Masthead{
		Schema: record.Schema, Salt: record.NewSalt(), Name: m.Name, URL: m.URL, Language: m.Language, Licence: m.Licence,
		LicenceURL: m.LicenceURL, CorrectionsPolicy: m.CorrectionsPolicy, Methodology: m.Methodology, Ownership: m.Ownership,
		Contact: m.Contact, At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
}

func (d *Desk) appendDocument(tx *store.Tx, kind, subject string, document any) error {
	_, err := d.appendEvent(tx, kind, subject, document)
	return err
}

func (d *Desk) appendEvent(tx *store.Tx, kind, subject string, document any) (int64, error) {
	return d.appendAbout(tx, kind, "", subject, d.baseURL+"/methodology", document)
}

// appendAbout appends the document of an event that is no revision. Events of
// one kind about one subject of one claim form a chain.
func (d *Desk) appendAbout(tx *store.Tx, kind string, claim kb.ID, subject, url string, document any) (int64, error) {
	previous, err := tx.LastEventAbout(kind, claim, subject)
	if err != nil {
		return 0, err
	}
	body, err := record.Canonical(document)
	if err != nil {
		return 0, err
	}
	return tx.AppendEvent(store.Event{Kind: kind, Claim: claim, Subject: subject, Body: body, Leaf: record.Leaf{
		V: 1, Kind: kind, Claim: string(claim), Subject: subject, PublishedAt: record.Stamp(tx.Now()), URL: url, Prev: previous,
	}})
}
