package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// QuoteInput is a passage to anchor in a capture, and what it is for, if that is
// known already.
type QuoteInput struct {
	kb.QuoteInput

	Work    string // the work whose words these are, when the capture only carries it
	ClaimID kb.ID  // the claim that it bears on; none: kept for later
	Stance  string
}

// Quoted is what became of it. When the passage needs a decision, Excerpt is
// empty and Result says which.
type Quoted struct {
	Excerpt kb.ID
	Source  kb.ID // whose words they are
	Result  quote.Result
}

// Quote anchors a passage in a capture and keeps it, with its check state. A
// passage that stands in more places than one, or in none, is kept only when the
// editor chose a place or says so. Errors: Invalid at the words otherwise, and
// the result lists the places or the nearest passages; Conflict when the capture
// is but one passage, which would match itself.
func (d *Desk) Quote(ctx context.Context, actor kb.Actor, in QuoteInput) (Quoted, error) {
	if err := check(actor, CopyExcerpt, &in.QuoteInput); err != nil {
		return Quoted{}, err
	}
	if in.ClaimID != "" {
		if err := Authorise(actor, EditEvidence); err != nil {
			return Quoted{}, err
		}
	}
	r := d.db.Desk(ctx)
	snapshot, err := r.Snapshot(in.SnapshotID)
	if err != nil {
		return Quoted{}, err
	}
	if !snapshot.Whole() {
		return Quoted{}, kb.Errorf(kb.Conflict, "This is one passage, copied by hand: it would match itself. Quote from a copy of the whole work.")
	}
	q := Quoted{Source: snapshot.SourceID}
	if strings.TrimSpace(in.Work) != "" {
		work, err := findSource(r, in.Work, "work")
		if err != nil {
			return q, err
		}
		q.Source = work.ID
	}
	if in.ClaimID != "" {
		if _, err := findClaim(r, string(in.ClaimID), "claim"); err != nil {
			return q, err
		}
	}
	text := quote.New(snapshot.Text)
	q.Result = text.Find(quote.Query{Exact: in.Exact, Prefix: in.Prefix, Suffix: in.Suffix, Near: in.Start})
	excerpt, err := anchored(text, in.QuoteInput, q.Result)
	if err != nil {
		return q, err
	}
	keep := func(tx *store.Tx) error {
		q.Excerpt, err = keepQuote(tx, snapshot, q.Source, in, excerpt)
		return err
	}
	if in.ClaimID == "" {
		err = d.write(ctx, actor, CopyExcerpt, keep)
	} else {
		err = d.edit(ctx, actor, CopyExcerpt, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
			kept := keep(tx)
			if kept != nil && !errors.Is(kept, errKeptAlready) {
				return kept
			}
			added, err := bears(tx, kb.Evidence{ClaimID: in.ClaimID, SourceID: q.Source, ExcerptID: q.Excerpt, Stance: in.Stance})
			if err == nil && !added {
				return kept
			}
			return err
		})
	}
	if errors.Is(err, errKeptAlready) {
		err = nil
	}
	return q, err
}

// errKeptAlready ends a transaction that has nothing to write.
var errKeptAlready = errors.New("this is kept already")

// bears makes a quotation evidence, unless it is, and reports whether it did.
func bears(tx *store.Tx, e kb.Evidence) (bool, error) {
	if err := valid(&e); err != nil {
		return false, err
	}
	there, err := tx.HasEvidence(e)
	if err != nil || there {
		return false, err
	}
	_, err = tx.InsertEvidence(e)
	return true, err
}

// anchored makes the excerpt of a passage: at the place that was chosen, or the
// one that it has. Errors: Invalid when a person must choose first.
func anchored(text *quote.Text, in kb.QuoteInput, r quote.Result) (kb.Excerpt, error) {
	if r.State == kb.Ambiguous && in.Start >= 0 {
		for _, m := range r.Matches {
			if m.Start == in.Start {
				return atPlace(text, in.Exact, m), nil
			}
		}
	}
	e := kb.Excerpt{State: r.State, Segments: text.Segments(in.Exact, r)}
	switch {
	case in.Anyway || r.State == kb.Exact || r.State == kb.Normalised:
		return e, nil
	case r.State == kb.Ambiguous:
		return e, kb.InvalidField("exact", "These words stand in %s places of the copy. Choose one below, say what stands around them, or keep them as they are.", placesCount(r))
	case len(quote.Split(in.Exact)) > quote.MostParts:
		return e, kb.InvalidField("exact", "This falls into %d pieces; at most %d can be looked up. Quote less at a time.", len(quote.Split(in.Exact)), quote.MostParts)
	case len(r.Near) > 0:
		return e, kb.InvalidField("exact", "These words do not stand in the copy. The nearest are below; nothing was changed.")
	}
	return e, kb.InvalidField("exact", "These words do not stand in the copy, nor any like them.")
}

func placesCount(r quote.Result) string {
	if n := len(r.Matches); n < quote.MostReadings {
		return strconv.Itoa(n)
	}
	return "very many"
}

// atPlace anchors a passage at one of the places where it stands, with as much
// of its surroundings as tells it from the others.
func atPlace(text *quote.Text, exact string, m quote.Place) kb.Excerpt {
	segment := text.Selector(m.Start, m.End)
	one := text.Find(quote.Query{Exact: exact, Prefix: segment.Prefix, Suffix: segment.Suffix, Near: m.Start})
	return kb.Excerpt{State: one.State, Segments: text.Segments(exact, one)}
}

// sameQuote gives the quotation that is kept already, if it is: a form that is
// sent twice keeps nothing twice.
func sameQuote(tx *store.Tx, snapshot kb.Snapshot, e kb.Excerpt) (kb.ID, error) {
	kept, err := tx.ExcerptsOn(snapshot.SourceID)
	for _, old := range kept {
		here := old.SnapshotID == snapshot.ID || e.SourceID != snapshot.SourceID
		if here && old.SourceID == e.SourceID && old.State == e.State && slices.Equal(old.Segments, e.Segments) {
			return old.ID, nil
		}
	}
	return "", err
}

// passageOf gives the quoted words as they stand in a text, without what the
// quotation leaves out.
func passageOf(text string, segments kb.Segments) string {
	t := quote.New(text)
	parts := make([]string, len(segments))
	for i, s := range segments {
		parts[i] = t.Slice(s.Start, s.End)
	}
	return strings.Join(parts, "\n[…]\n")
}

// keepQuote stores a passage. When the capture only carries the work that is
// quoted, the work gets a capture of the passage, via the place where it stands.
// Errors: errKeptAlready beside the id of the one that is there.
func keepQuote(tx *store.Tx, snapshot kb.Snapshot, work kb.ID, in QuoteInput, e kb.Excerpt) (kb.ID, error) {
	e.SourceID, e.SnapshotID = work, snapshot.ID
	if in.Replaces == "" {
		if same, err := sameQuote(tx, snapshot, e); err != nil || same != "" {
			return same, cmp.Or(err, errKeptAlready)
		}
	}
	if work != snapshot.SourceID {
		first, last := e.Segments[0], e.Segments[len(e.Segments)-1]
		passage := passageOf(snapshot.Text, e.Segments)
		if passage == "" {
			return "", kb.InvalidField("exact", "What is quoted through another work must stand there.")
		}
		carried := kb.Snapshot{
			SourceID: work, RequestedURL: snapshot.RequestedURL, Text: passage, TextHash: record.Hash([]byte(passage)), MediaType: "text/plain",
			Method: "excerpt-only", Complete: "no", Extractor: "from the copy of the work that carries it", Rights: "quotation",
			RightsNote: "one short passage, quoted for discussion", ViaID: snapshot.ID, ViaStart: first.Start, ViaEnd: last.End,
		}
		id, err := tx.InsertSnapshot(carried)
		if err != nil {
			return "", err
		}
		e.SnapshotID = id
	}
	id, err := tx.InsertExcerpt(e)
	if err != nil || in.Replaces == "" {
		return id, err
	}
	old, err := tx.Excerpt(in.Replaces)
	if err != nil {
		return "", err
	}
	switch {
	case old.SourceID != work || old.ReplacedBy != "":
		return "", kb.Errorf(kb.Conflict, "This quotation can only be replaced once, by one of the same work.")
	case old.Holds() && !e.Holds():
		return "", kb.InvalidField("exact", "The quotation that this would replace is settled; these words are not.")
	}
	if err := tx.ReplaceExcerpt(old, id); err != nil {
		return "", err
	}
	return id, restAgain(tx, old.ID, id)
}

// restAgain lets the claims that are being worked on rest on the new quotation.
// What is under review, approved or published keeps the one that was seen there.
func restAgain(tx *store.Tx, old, by kb.ID) error {
	claims, err := tx.ClaimsQuoting(old)
	if err != nil {
		return err
	}
	for _, c := range claims {
		if c.State != kb.Open && c.State != kb.Researching {
			continue
		}
		if _, err := tx.LockClaim(c.ID); err != nil {
			return err
		}
		if err := tx.RestOn(c.ID, old, by); err != nil {
			return err
		}
		if err := tx.Contributed(c.ID); err != nil {
			return err
		}
		if err := tx.TouchClaim(c.ID); err != nil {
			return err
		}
	}
	return nil
}
