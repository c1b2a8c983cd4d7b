package desk

import (
	"fmt"
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// inconsistencies says, in words, where a ruling is at odds with those on its
// related claims as readers see them: the same claim rated the other way, two
// that contradict one another both rated true, a ruling older than what updates
// the claim.
func inconsistencies(d store.Dossier, c record.Content) []string {
	var list []string
	for _, r := range d.Relations {
		other := r.ToID
		if other == d.Claim.ID {
			other = r.FromID
		}
		theirs, published := d.Newest[other]
		if !published || theirs.Redacted || theirs.Outcome == kb.Retracted || theirs.Outcome == kb.MergedAway {
			continue
		}
		if words := atOdds(d, c, r, theirs); words != "" {
			list = append(list, words)
		}
	}
	slices.Sort(list)
	return list
}

func atOdds(d store.Dossier, c record.Content, r kb.ClaimRelation, theirs record.Digest) string {
	mine, other := tone(c.Ruling.Rating), tone(theirs.Rating)
	name := "“" + theirs.Text + "”"
	switch r.Type {
	case "restates", "translation-of":
		if (mine == "good" && other == "bad") || (mine == "bad" && other == "good") {
			return fmt.Sprintf("%s says the same and is rated “%s”", name, theirs.Rating.Texts.In("en").Label)
		}
	case "contradicts":
		if mine == "good" && other == "good" {
			return fmt.Sprintf("%s contradicts it and is rated “%s” too", name, theirs.Rating.Texts.In("en").Label)
		}
	case "updates":
		if r.FromID == d.Claim.ID && before(theirs.AsOf, c.Ruling.AsOf) {
			return fmt.Sprintf("the ruling on %s is older than this update of it", name)
		}
		if r.ToID == d.Claim.ID && before(c.Ruling.AsOf, theirs.AsOf) {
			return fmt.Sprintf("%s updates it and looks at later facts than this ruling", name)
		}
	}
	return ""
}

// before reports whether one date is known to be before another.
func before(a, b kb.Date) bool {
	return !a.Unknown() && !b.Unknown() && a.Latest() < b.Earliest()
}

func tone(r *record.Rating) string {
	if r == nil || r.Ordinal == 0 {
		return ""
	}
	return r.Tone
}

// openFamilyTasks asks whoever keeps a related claim to look at it again, when
// what is published now is at odds with it.
func openFamilyTasks(tx *store.Tx, d store.Dossier, c record.Content) error {
	for _, r := range d.Relations {
		other := r.ToID
		if other == d.Claim.ID {
			other = r.FromID
		}
		theirs, published := d.Newest[other]
		if !published || theirs.Redacted || atOdds(d, c, r, theirs) == "" {
			continue
		}
		words := "A related ruling was published that is at odds with this one: “" + c.Claim.Text + "”."
		if err := tx.OpenTask(kb.Task{Kind: "family", ClaimID: other, Words: words}); err != nil {
			return err
		}
	}
	return nil
}
