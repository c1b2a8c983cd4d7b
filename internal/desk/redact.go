package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// AskRedaction asks that bodies of a published claim be taken away. Nothing
// happens until a second person confirms it.
func (d *Desk) AskRedaction(ctx context.Context, actor kb.Actor, in kb.RedactionRequest) (kb.ID, error) {
	if err := check(actor, AskRedaction, &in); err != nil {
		return "", err
	}
	var id kb.ID
	err := d.write(ctx, actor, AskRedaction, func(tx *store.Tx) error {
		if _, err := tx.LockClaim(in.ClaimID); err != nil {
			return err
		}
		revisions, err := concerned(tx, in)
		if err != nil {
			return err
		}
		if err := ownSources(tx, in, revisions); err != nil {
			return err
		}
		id, err = tx.InsertRedaction(in)
		if kb.KindOf(err) == kb.Conflict {
			return kb.Errorf(kb.Conflict, "A redaction of this claim is asked for already; a second person has to decide it first.").Because(err)
		}
		return err
	})
	return id, err
}

// ownSources holds that a request names only sources that the claim uses: on the
// desk, or in a revision that it concerns.
func ownSources(tx *store.Tx, in kb.RedactionRequest, revisions []store.Revision) error {
	dossier, err := tx.Dossier(in.ClaimID)
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for id := range dossier.Sources {
		own[string(id)] = true
	}
	for _, r := range revisions {
		body, err := tx.Body(r.ContentHash)
		if kb.KindOf(err) == kb.Gone {
			continue
		}
		if err != nil {
			return err
		}
		content, err := record.ReadContent(body)
		if err != nil {
			return err
		}
		for _, s := range content.Sources {
			own[s.ID] = true
		}
	}
	for word := range strings.FieldsSeq(in.Sources) {
		if !own[word] {
			return kb.InvalidField("sources", "Choose among the sources of this claim.")
		}
	}
	return nil
}

// RefuseRedaction turns a request down.
func (d *Desk) RefuseRedaction(ctx context.Context, actor kb.Actor, id kb.ID, note string) error {
	if err := Authorise(actor, Redact); err != nil {
		return err
	}
	if err := kb.ValidateReason("reason", &note, true); err != nil {
		return err
	}
	return d.write(ctx, actor, Redact, func(tx *store.Tx) error {
		r, err := openRedaction(tx, id)
		if err != nil {
			return err
		}
		return tx.DecideRedaction(r, "refused", note)
	})
}

// Redact does what another person asked for: an event lists the hashes and the
// ground in law, and the bodies under them go. The log stays valid, since its
// leaves commit to hashes. It gives the log index. Errors: Forbidden for whoever
// asked.
func (d *Desk) Redact(ctx context.Context, actor kb.Actor, id kb.ID) (int64, error) {
	var hashes []string
	index, err := d.appendPublic(ctx, actor, Redact, func(tx *store.Tx) (int64, error) {
		r, err := openRedaction(tx, id)
		if err != nil {
			return 0, err
		}
		if actor.Person == "" || r.AskedBy == actor.Person {
			return 0, kb.Errorf(kb.Forbidden, "You asked for it yourself; somebody else must confirm it.")
		}
		c, err := tx.LockClaim(r.ClaimID)
		if err != nil {
			return 0, err
		}
		revisions, err := concerned(tx, r)
		if err != nil {
			return 0, err
		}
		if hashes, err = redactedHashes(tx, r, revisions); err != nil {
			return 0, err
		}
		if _, err := kb.Next(c.State, kb.Edit); err == nil { // what is under review may repeat it
			if _, err := takeBack(tx, c, "Something of this claim was redacted."); err != nil {
				return 0, err
			}
		}
		index, err := d.appendRedaction(tx, r, revisions, hashes)
		if err != nil {
			return 0, err
		}
		if err := tx.Redact(index, hashes, r.ClaimID, numbersOf(revisions)); err != nil {
			return 0, err
		}
		if err := tx.DropDeliveries(r.ClaimID); err != nil {
			return 0, err
		}
		if err := tx.EmptyCopies(kb.ParseIDs(r.Sources)); err != nil {
			return 0, err
		}
		return index, tx.DecideRedaction(r, "done", "")
	})
	if err != nil {
		return index, err
	}
	if err := d.forget(ctx, hashes); err != nil { // what could not be removed now is at the next start
		d.log.ErrorContext(ctx, "bytes that were redacted could not be removed", "error", err)
	}
	return index, nil
}

func openRedaction(tx *store.Tx, id kb.ID) (kb.RedactionRequest, error) {
	r, err := tx.Redaction(id)
	if err == nil && r.State != "asked" {
		return r, kb.Errorf(kb.Conflict, "This request is decided already.")
	}
	return r, err
}

// concerned gives the revisions that a request names, all of them when it names
// none.
func concerned(tx *store.Tx, r kb.RedactionRequest) ([]store.Revision, error) {
	all, err := tx.Revisions(r.ClaimID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, kb.Errorf(kb.Conflict, "This claim was never published; there is nothing to redact.")
	}
	numbers, err := kb.RevisionNumbers(r.Revisions)
	if err != nil {
		return nil, kb.InvalidField("revisions", "%s.", err.Error())
	}
	if len(numbers) > 0 && numbers[len(numbers)-1] > len(all) {
		return nil, kb.InvalidField("revisions", "There is no revision %d; the newest is %d.", numbers[len(numbers)-1], len(all))
	}
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(x store.Revision) bool { return len(numbers) > 0 && !slices.Contains(numbers, x.Number) }), nil
}

func numbersOf(revisions []store.Revision) []int {
	numbers := make([]int, len(revisions))
	for i, r := range revisions {
		numbers[i] = r.Number
	}
	return numbers
}

// redactedHashes lists what goes: the documents, their contents, whatever else
// was submitted of the claim, and the copies of the sources that are named.
func redactedHashes(tx *store.Tx, r kb.RedactionRequest, revisions []store.Revision) ([]string, error) {
	var hashes []string
	for _, x := range revisions {
		hashes = append(hashes, x.Hash, x.ContentHash)
	}
	candidates, err := tx.Candidates(r.ClaimID)
	if err != nil {
		return nil, err
	}
	kept, err := keptContents(tx, r.ClaimID, revisions)
	if err != nil {
		return nil, err
	}
	for _, c := range candidates {
		if !kept[c.ContentHash] {
			hashes = append(hashes, c.ContentHash)
		}
	}
	if sources := strings.Fields(r.Sources); len(sources) > 0 {
		texts, err := tx.Texts(sources)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, texts...)
	}
	slices.Sort(hashes)
	return slices.Compact(hashes), nil
}

// keptContents are the contents of the revisions that stay.
func keptContents(tx *store.Tx, claim kb.ID, going []store.Revision) (map[string]bool, error) {
	all, err := tx.Revisions(claim)
	if err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for _, x := range all {
		if !slices.ContainsFunc(going, func(g store.Revision) bool { return g.Number == x.Number }) {
			kept[x.ContentHash] = true
		}
	}
	return kept, nil
}

func (d *Desk) appendRedaction(tx *store.Tx, r kb.RedactionRequest, revisions []store.Revision, hashes []string) (int64, error) {
	document := record.Redaction{
		Schema: record.Schema, Salt: record.NewSalt(), Claim: string(r.ClaimID), Revisions: numbersOf(revisions), Hashes: hashes,
		Basis: r.Basis, Reason: r.Reason, At: record.Stamp(tx.Now()), AskedBy: record.PersonRef(r.AskedBy), By: record.PersonRef(tx.Actor().Person),
	}
	return d.appendAbout(tx, record.KindRedaction, r.ClaimID, string(r.ID), d.claimURL(r.ClaimID), document)
}

// forget removes the captured bytes under hashes, as far as there are any.
func (d *Desk) forget(ctx context.Context, hashes []string) error {
	if d.archive == nil {
		return nil
	}
	for _, h := range hashes {
		if err := d.archive.Forget(ctx, h); err != nil {
			return fmt.Errorf("forget redacted bytes: %w", err)
		}
	}
	return nil
}
