package quote

import (
	"github.com/claimtrail/claimtrail/internal/kb"
)

// Recheck is how a stored quotation stands to a newer text. Outcome is one of
// kb's check outcomes; Start and End say where it stands now, or where the words
// stand that took its place.
type Recheck struct {
	Outcome string
	Start   int
	End     int
	Found   string // when changed
}

// Recheck looks for a quotation that was anchored in an older text of the same
// page. Words that only look like it are a change, for a person to judge.
func (t *Text) Recheck(segments kb.Segments) Recheck {
	if len(segments) == 0 {
		return Recheck{Outcome: "gone"}
	}
	first, last := segments[0], segments[len(segments)-1]
	r := t.Find(Query{Exact: segments.Text(), Prefix: first.Prefix, Suffix: last.Suffix, Near: first.Start})
	switch {
	case r.State == kb.NotInCopy && len(r.Near) > 0:
		near := r.Near[0]
		return Recheck{"changed", near.Start, near.End, near.Text}
	case r.State == kb.NotInCopy:
		return Recheck{Outcome: "gone"}
	}
	place := r.Matches[0]
	switch {
	case place.Start == first.Start && place.End == last.End:
		return Recheck{"same", place.Start, place.End, ""}
	case r.State == kb.Ambiguous:
		return Recheck{"ambiguous", place.Start, place.End, ""}
	}
	return Recheck{"moved", place.Start, place.End, ""}
}

// Segments makes the stored form of a quotation that was found: the words as
// they were given, each piece with its place and what stands around it.
func (t *Text) Segments(exact string, r Result) kb.Segments {
	if len(r.Segments) == 0 {
		return kb.Segments{{Exact: exact}}
	}
	parts := []string{exact}
	if len(r.Segments) > 1 || r.Segments[0].End-r.Segments[0].Start != runeCount(exact) {
		if split := Split(exact); len(split) == len(r.Segments) {
			parts = split
		}
	}
	segments := make(kb.Segments, len(r.Segments))
	for i, found := range r.Segments {
		segments[i] = t.Selector(found.Start, found.End)
		if i < len(parts) {
			segments[i].Exact = parts[i]
		}
	}
	return segments
}
