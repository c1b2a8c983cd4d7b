package kb

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Segment is one unbroken piece of a quotation with its surroundings, in the
// terms of the W3C's TextQuoteSelector and TextPositionSelector: positions are
// code points in the snapshot's text, the end exclusive.
type Segment struct {
	Exact  string `json:"exact"`
	Prefix string `json:"prefix"`
	Suffix string `json:"suffix"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
}

// Segments is a quotation's pieces in order, stored as JSON.
type Segments []Segment

// Value stores the segments.
func (s Segments) Value() (driver.Value, error) { return columnValue(s, s == nil, "[]") }

// Scan reads the segments.
func (s *Segments) Scan(v any) error { return columnScan(v, s) }

// Text joins the pieces with an ellipsis.
func (s Segments) Text() string {
	var text string
	for i, seg := range s {
		if i > 0 {
			text += " […] "
		}
		text += seg.Exact
	}
	return text
}

// Excerpt is a quotation anchored in a snapshot. It is never edited: a better
// one replaces it. In an excerpt-only snapshot a match would be with itself, so
// its state is unverifiable until a second person attests it.
type Excerpt struct {
	ID         ID
	SourceID   ID
	SnapshotID ID
	Segments   Segments
	State      string
	CheckedAt  time.Time
	AttestedBy ID
	AttestedAt *time.Time
	ReplacedBy ID
	Version    int64
}

// Check states of an excerpt.
const (
	Exact        = "exact"
	Normalised   = "normalised"
	Ambiguous    = "ambiguous"
	NotInCopy    = "not-found"
	Unverifiable = "unverifiable"
)

// Holds reports whether the quotation may be relied upon.
func (e Excerpt) Holds() bool {
	return e.State == Exact || e.State == Normalised || (e.State == Unverifiable && e.AttestedBy != "")
}

// QuotationCheck is what the last comparison of a quotation with the live page
// gave. StartAt and EndAt are code points in the snapshot's text.
type QuotationCheck struct {
	ExcerptID  ID
	SnapshotID ID // the capture that it was compared with; none when the page was not reached
	Outcome    string
	Found      string // the words that stand there now, when they changed
	StartAt    int
	EndAt      int
	CheckedAt  time.Time
	Version    int64
}

// CheckOutcomes are the results of comparing a quotation with the live page.
var CheckOutcomes = []Option{
	{"same", "still there"},
	{"moved", "still there, at another place"},
	{"changed", "changed"},
	{"gone", "gone"},
	{"ambiguous", "there more than once"},
	{"unreachable", "the page could not be reached"},
}

// Drifted reports whether an editor should look at the outcome.
func Drifted(outcome string) bool {
	return outcome == "changed" || outcome == "gone" || outcome == "ambiguous"
}

// ExcerptInput is one passage as an editor copies it by hand: the words, what
// stands before and after them, and, when the work was not seen itself, the
// work that carries it.
type ExcerptInput struct {
	SourceID ID
	Exact    string
	Prefix   string
	Suffix   string
	ViaID    ID // the carrying source
	Rights   string
}

// Validate checks the input. The words are kept as typed but for the ends.
func (in *ExcerptInput) Validate() error {
	var c check
	c.text("exact", &in.Exact, 2000)
	c.required("exact", in.Exact, "Copy the words exactly as they stand in the source.")
	c.verbatim("prefix", &in.Prefix, maxNote)
	c.verbatim("suffix", &in.Suffix, maxNote)
	if in.ViaID != "" && in.ViaID == in.SourceID {
		c.fail("via", "A work cannot carry itself; leave this open when the work itself was seen.")
	}
	return c.err()
}

// Evidence links a claim to a source, best to an excerpt of it, with the stance
// it takes toward the claim.
type Evidence struct {
	ID           ID
	ClaimID      ID
	PartID       ID
	SourceID     ID
	ExcerptID    ID
	Stance       string
	PrimaryHere  bool // a primary source for this claim
	OwnReporting bool // reports of its own, beside what it derives
	Comment      string
	Position     int
	Version      int64
}

// Stances are toward the claim, in the order of the page.
var Stances = []Option{
	{"refutes", "refutes"},
	{"supports", "supports"},
	{"context", "context"},
	{"inconclusive", "inconclusive"},
}

// Validate checks and trims the evidence.
func (e *Evidence) Validate() error {
	var c check
	if e.SourceID == "" {
		c.fail("source", "Choose the source.")
	}
	c.oneOf("stance", e.Stance, Stances)
	c.text("comment", &e.Comment, maxNote)
	return c.err()
}

// Citation is how the reasoning cites evidence: by id, never by position.
func Citation(id ID) string { return fmt.Sprintf("[@e%s]", id) }

// QuoteInput is a passage to anchor in a capture.
type QuoteInput struct {
	SnapshotID ID
	Exact      string // an ellipsis may stand for words left out
	Prefix     string // what stands before, to tell like places apart
	Suffix     string
	Start      int  // the place that was chosen or selected, in code points; -1 for none
	Anyway     bool // keep it although it is ambiguous or not found
	Replaces   ID   // the quotation that it stands for from now on
}

// Validate checks the input. The words are kept as given but for the ends.
func (in *QuoteInput) Validate() error {
	var c check
	c.text("exact", &in.Exact, maxQuotation)
	c.required("exact", in.Exact, "Select the words in the text, or type them as they stand there.")
	c.verbatim("prefix", &in.Prefix, maxNote)
	c.verbatim("suffix", &in.Suffix, maxNote)
	return c.err()
}

// maxQuotation is the longest quotation in characters: more is no quotation.
const maxQuotation = 2000
