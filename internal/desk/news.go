package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// news is what a new capture teaches: how the quotations on the page stand now,
// and what the page may have from elsewhere. It is computed before the
// transaction that keeps it, since that holds up all other writers.
type news struct {
	source      kb.Source
	snapshot    kb.ID // filled when it is stored
	checks      []kb.QuotationCheck
	prints      []int64 // nil: none were made
	suggestions []kb.Suggestion
}

// learn compares a capture with what is known.
func (d *Desk) learn(ctx context.Context, s kb.Snapshot) (news, error) {
	r := d.db.Desk(ctx)
	source, err := r.Source(s.SourceID)
	if err != nil {
		return news{}, err
	}
	n := news{source: source, prints: trail.Fingerprints(s.Text)}
	excerpts, err := r.ExcerptsOn(source.ID)
	if err != nil {
		return n, err
	}
	placed, err := r.Placed(snapshotsOf(excerpts))
	if err != nil {
		return n, err
	}
	text := quote.New(s.Text)
	for _, e := range excerpts {
		found := text.Recheck(e.Segments)
		if known := placed[e.SnapshotID] && e.State != kb.Ambiguous; !known && (found.Outcome == "ambiguous" || found.Outcome == "moved") {
			found.Outcome = "same" // it never had one place on the live page
		}
		n.checks = append(n.checks, kb.QuotationCheck{
			ExcerptID: e.ID, Outcome: found.Outcome, Found: clip(found.Found, longestFound), StartAt: found.Start, EndAt: found.End,
		})
	}
	reuses, err := reuses(r, source, s, n.prints)
	if err != nil {
		return n, err
	}
	attributions, err := attributions(r, source, s.Text)
	n.suggestions = append(reuses, attributions...)
	return n, err
}

func snapshotsOf(excerpts []kb.Excerpt) []kb.ID {
	ids := make([]kb.ID, len(excerpts))
	for i, e := range excerpts {
		ids[i] = e.SnapshotID
	}
	return ids
}

// longestFound is how much of the words that took a quotation's place is kept.
const longestFound = 4000

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// missed is the news of a page that could not be captured. One that is gone is
// told apart from one that nobody could reach.
func (d *Desk) missed(ctx context.Context, job kb.CaptureJob) (news, error) {
	r := d.db.Desk(ctx)
	source, err := r.Source(job.SourceID)
	if err != nil {
		return news{}, err
	}
	n := news{source: source}
	excerpts, err := r.ExcerptsOn(source.ID)
	outcome := "unreachable"
	if job.Failure == "gone" {
		outcome = "gone"
	}
	for _, e := range excerpts {
		n.checks = append(n.checks, kb.QuotationCheck{ExcerptID: e.ID, Outcome: outcome})
	}
	return n, err
}

// mostCompared is how much of a text is compared word by word, in characters.
const mostCompared = 300_000

// candidates is how many texts are compared word by word with a new one.
const candidates = 20

// reuses finds the sources that a text shares words with. Works on one page
// share it, and say nothing.
func reuses(r store.Reader, source kb.Source, s kb.Snapshot, prints []int64) ([]kb.Suggestion, error) {
	sharing, err := r.SharingPrints(prints, source.ID, candidates)
	if err != nil {
		return nil, err
	}
	var found []kb.Suggestion
	for _, c := range sharing {
		other, err := r.Source(c.SourceID)
		if err != nil {
			return nil, err
		}
		related, err := r.Related(source.ID, other.ID, kb.Reuse)
		if err != nil {
			return nil, err
		}
		if related || samePage(source, other) {
			continue
		}
		copied, err := r.NewestWhole(other.ID)
		if err != nil {
			return nil, err
		}
		shared := trail.Shared(clip(s.Text, mostCompared), clip(copied.Text, mostCompared))
		if !shared.Suggests() {
			continue
		}
		x := kb.Suggestion{
			SourceID: source.ID, OtherID: other.ID, Kind: kb.Reuse, Words: shared.Words, Share: max(shared.OfA, shared.OfB),
			OtherSnapshotID: copied.ID,
		}
		if earlier(source, other) {
			x.SourceID, x.OtherID = other.ID, source.ID
			x.SnapshotID, x.OtherSnapshotID = copied.ID, ""
		}
		found = append(found, x)
	}
	return found, nil
}

// samePage reports whether two works stand on one page, and so have one text.
func samePage(a, b kb.Source) bool {
	return a.PartOfID == b.ID || b.PartOfID == a.ID || (a.PartOfID != "" && a.PartOfID == b.PartOfID) ||
		(a.URLKey != "" && a.URLKey == b.URLKey)
}

// earlier reports whether a is known to have been published before b.
func earlier(a, b kb.Source) bool {
	from, to := a.PublishedOn.Earliest(), b.PublishedOn.Earliest()
	return from != "" && to != "" && from < to
}

// attributions finds the publishers that a text names as where it has something
// from, and that no derivation of its source accounts for yet.
func attributions(r store.Reader, source kb.Source, text string) ([]kb.Suggestion, error) {
	var found []kb.Suggestion
	for _, a := range trail.Attributions(text) {
		publisher, err := publisherNamed(r, a.Name)
		if err != nil {
			return nil, err
		}
		switch {
		case publisher.ID == "" && !trail.KnownAgency(a.Name):
			continue // a person, a place, anything
		case publisher.ID != "" && publisher.ID == source.PublisherID:
			continue
		}
		if publisher.ID != "" {
			derives, err := r.DerivesFromPublisher(source.ID, publisher.ID)
			if err != nil {
				return nil, err
			}
			if derives {
				continue
			}
		}
		name := cmp.Or(publisher.Name, trail.AgencyName(a.Name))
		found = append(found, kb.Suggestion{
			SourceID: source.ID, Kind: kb.Attributed, Named: name, NamedKey: search.Fold(name), Phrase: clip(a.Phrase, longestFound),
			StartAt: a.Start, EndAt: a.End,
		})
	}
	return found, nil
}

// publisherNamed gives the publisher of a name as texts write it; none if there
// is none.
func publisherNamed(r store.Reader, name string) (kb.Publisher, error) {
	full := search.Fold(trail.AgencyName(name))
	for _, key := range []string{full, search.Fold(name), strings.TrimPrefix(full, "the "), "the " + full} {
		rows, err := r.PublishersNamed(key)
		if err != nil || len(rows) > 0 {
			return first(rows), err
		}
	}
	return kb.Publisher{}, nil
}

func first[T any](rows []T) (row T) {
	if len(rows) > 0 {
		row = rows[0]
	}
	return row
}

// keepNews stores what a capture taught: the checks, with a task for whoever
// works on a claim that drifted and an event for readers of a published one;
// fingerprints; suggestions.
func (d *Desk) keepNews(tx *store.Tx, n news) error {
	byClaim := map[kb.ID][]record.CheckResult{}
	for _, c := range n.checks {
		c.SnapshotID = n.snapshot
		if err := tx.SaveCheck(c); err != nil {
			return err
		}
		claims, err := tx.ClaimsQuoting(c.ExcerptID)
		if err != nil {
			return err
		}
		for _, claim := range claims {
			byClaim[claim.ID] = append(byClaim[claim.ID], record.CheckResult{Excerpt: string(c.ExcerptID), Outcome: c.Outcome})
			if err := openDriftTask(tx, n.source, claim.ID, c); err != nil {
				return err
			}
		}
	}
	for _, claim := range slices.Sorted(maps.Keys(byClaim)) {
		if err := d.tellReaders(tx, n.source, claim, byClaim[claim]); err != nil {
			return err
		}
	}
	if n.prints != nil {
		if err := tx.ReplacePrints(n.source.ID, n.prints); err != nil {
			return err
		}
	}
	for _, s := range n.suggestions {
		s.SnapshotID = cmp.Or(s.SnapshotID, n.snapshot)
		if s.Kind == kb.Reuse && s.OtherSnapshotID == "" {
			s.OtherSnapshotID = n.snapshot
		}
		if _, err := tx.InsertSuggestion(s); err != nil {
			return err
		}
	}
	return nil
}

func openDriftTask(tx *store.Tx, source kb.Source, claim kb.ID, c kb.QuotationCheck) error {
	task := kb.Task{Kind: "drift", ClaimID: claim, SourceID: source.ID, ExcerptID: c.ExcerptID}
	switch c.Outcome {
	case "changed":
		task.Words = "The words that are quoted read otherwise on the live page now: “" + clip(c.Found, 300) + "”."
	case "gone":
		task.Words = "The words that are quoted are not on the live page any more."
	case "ambiguous":
		task.Words = "The words that are quoted stand on the live page more than once now."
	case "unreachable":
		task.Kind, task.Words = "unreachable", "The page that is quoted could not be reached."
	default:
		return nil
	}
	return tx.OpenTask(task)
}

// tellReaders appends to the record how the quotations of a published claim
// stand on the live page now. What is published stays as it is.
func (d *Desk) tellReaders(tx *store.Tx, source kb.Source, claim kb.ID, results []record.CheckResult) error {
	revisions, err := tx.Revisions(claim)
	if err != nil || len(revisions) == 0 {
		return err
	}
	body, err := tx.Body(revisions[0].Hash)
	if kb.KindOf(err) == kb.Gone {
		return nil
	}
	if err != nil {
		return err
	}
	_, content, err := record.ReadDocument(body)
	if err != nil {
		return err
	}
	shown := content.ExcerptIDs()
	results = slices.DeleteFunc(results, func(r record.CheckResult) bool { return !shown[r.Excerpt] })
	if len(results) == 0 {
		return nil
	}
	slices.SortFunc(results, func(a, b record.CheckResult) int { return cmp.Compare(a.Excerpt, b.Excerpt) })
	document := record.QuotationCheck{
		Schema: record.Schema, Salt: record.NewSalt(), Claim: string(claim), Source: string(source.ID), URL: source.URL,
		At: record.Stamp(tx.Now()), Results: results,
	}
	_, err = d.appendAbout(tx, record.KindQuotationCheck, claim, string(source.ID), fmt.Sprintf("%s/claims/%s", d.baseURL, claim), document)
	return err
}
